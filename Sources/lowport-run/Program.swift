// SPDX-License-Identifier: Apache-2.0

@c(lowport_run_main)
public func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = unsafe [ByteString](argumentCount: count, arguments: arguments)
    guard let helper = Installation.path(of: "lowport-helper") else { return 125 }
    do throws(Broker.Problem) { try Broker.supervise(helper: helper) } catch { 
      try? InheritedDescriptor.standardError.write("broker failed\n")
      return 125 }
    do throws(Errno) { try execute(words[1], arguments: Array(words.dropFirst())) } catch { return 127 }
}

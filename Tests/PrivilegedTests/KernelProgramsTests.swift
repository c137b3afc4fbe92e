// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Programs that nobody here wrote, started as they are, while the kernel holds them to the rules.
@Suite(.enabled(if: Privilege.isRoot, "needs root"), .serialized) struct KernelProgramsTests {
    /// What other engines do not reach, or only with a loss.
    private static let unreachable = [
        RealProgram(
            "set-user-ID, and still so",
            setup: """
                cat > s.c <<'END'
                #include <netinet/in.h>
                #include <sys/socket.h>
                #include <fcntl.h>
                #include <unistd.h>
                int main(void) { struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};
                    if (bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&a, sizeof a)) return 1;
                    return geteuid() == 1002 ? creat("/mnt/work/served", 0644) < 0 : 2; }
                END
                cc -o server s.c; chown bob server; chmod 4755 server; chmod 777 .
                """,
            "$T/server",
            probe: "[ -e served ]"
        ),
        RealProgram(
            "io_uring",
            setup: """
                cat > s.c <<'END'
                #include <fcntl.h>
                #include <linux/io_uring.h>
                #include <netinet/in.h>
                #include <string.h>
                #include <sys/mman.h>
                #include <sys/socket.h>
                #include <sys/syscall.h>
                #include <unistd.h>
                int main(void)
                {
                    struct io_uring_params p = {0};
                    int ring = syscall(SYS_io_uring_setup, 4, &p);
                    if (ring < 0) return 2;
                    size_t size = p.sq_off.array + p.sq_entries * 4, csize = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
                    char *sq = mmap(0, size, 3, MAP_SHARED, ring, IORING_OFF_SQ_RING), *cq = mmap(0, csize, 3, MAP_SHARED, ring, IORING_OFF_CQ_RING);
                    struct io_uring_sqe *e = mmap(0, p.sq_entries * sizeof *e, 3, MAP_SHARED, ring, IORING_OFF_SQES);
                    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};
                    memset(e, 0, sizeof *e);
                    e->opcode = 56 /* IORING_OP_BIND */, e->fd = socket(AF_INET, SOCK_STREAM, 0), e->addr = (unsigned long)&a, e->off = sizeof a;
                    *(unsigned *)(sq + p.sq_off.array) = 0;
                    __atomic_store_n((unsigned *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
                    if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0) < 0) return 3;
                    struct io_uring_cqe *c = (void *)(cq + p.cq_off.cqes);
                    return c->res == 0 ? creat("served", 0644) < 0 : 1;
                }
                END
                cc -o server s.c
                """,
            "$T/server",
            probe: "[ -e served ]"
        ),
    ]

    @Test("A server serves under the kernel engine", arguments: RealProgram.all + unreachable) func serves(
        program: RealProgram
    ) async throws {
        let outcome = try await KernelSandbox.run(
            """
            echo 'allow user alice any 80,81' > /etc/lowport/rules
            enable
            chown alice $T; ln -s /usr/local/bin/node $BIN/ 2>/dev/null || :
            \(program.setup)
            as alice env HOME=$T \(program.command) >log 2>&1 &
            n=0
            until { \(program.probe); } >/dev/null 2>&1; do
                n=$((n+1)); [ $n -lt 150 ] || { echo 'does not serve'; cat log; exit 1; }; sleep 0.1
            done
            echo serves
            """
        )
        #expect(outcome.output == "serves\n", "\(program.name)\n\(outcome)")
    }

    @Test("A server that is not allowed does not serve", arguments: unreachable) func refuses(program: RealProgram)
        async throws
    {
        let outcome = try await KernelSandbox.run(
            """
            echo 'allow user bob any 80,81' > /etc/lowport/rules
            enable
            chown alice $T
            \(program.setup)
            as alice \(program.command) || echo "status $?"
            """
        )
        #expect(outcome.output == "status 1\n", "\(program.name)\n\(outcome)")
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Command lines, environments and exit statuses of the launcher.
enum AuthbindLauncherCases {
    static var all: [AuthbindCase] {
        commandLines.map { AuthbindCase("authbind \($0)", "$AUTHBIND \($0)") }
            + environments.map { AuthbindCase("environment: \($0)", environment($0)) } + chains
    }

    // Of ours, `--help` has more lines below those of the original.
    private static let commandLines = [
        "", "--help >/dev/null", "--help id | head -n 2", "--bogus --help | head -n 2", "--depth", "--depth 0 echo x",
        "--depth 101 echo x",
        "--depth '' echo x",
        "--depth abc echo x", "--depth 5x echo x", "--depth -1 echo x", "--depth 18446744073709551617 echo x",
        "--depth ' 5' echo x",
        "--depth +5 echo x", "--depth '5 ' echo x", "--depth 1 echo x", "--depth 100 echo x", "--depth 0x5 echo x",
        "--depth 05 echo x",
        "--depth --help", "--deep --depth 200 echo x", "--depth 2 --depth 0", "--depth 2", "--deep", "--bogus echo x",
        "-h echo x",
        "--version", "--version echo x", "--depth=2 echo x", "--deep=1 echo x", "-- echo x", "-- --help | head -n 2",
        "-- -x", "-",
        "- echo x",
        "- --help", "-d echo x", "echo --deep", "echo --help", "echo -- x", "nonexistent", "nonexistent x y", "/etc",
        "/nonexistent/x",
        "''", "true", "false", "sh -c 'exit 7'", "sh -c 'kill -9 $$'", "sh -c 'cat' </dev/null", "--deep false",
        "echo 'a b' ''",
        "/etc/passwd", "sh -c 'echo out; echo err >&2'", "printf '%s.' a b", "--deep --depth 3 true",
    ]

    private static let environments = [
        "$AUTHBIND env", "LD_PRELOAD= $AUTHBIND env", "LD_PRELOAD=libm.so.6 $AUTHBIND env",
        "LD_PRELOAD=: $AUTHBIND env",
        "$AUTHBIND --deep env", "$AUTHBIND --depth 1 env", "$AUTHBIND --depth 2 env", "$AUTHBIND --depth 3 env",
        "$AUTHBIND --depth 100 env", "AUTHBIND_LEVELS=y $AUTHBIND env", "AUTHBIND_LEVELS=yes $AUTHBIND env",
        "AUTHBIND_LEVELS=5 $AUTHBIND env", "AUTHBIND_LEVELS=0 $AUTHBIND env", "AUTHBIND_LEVELS=x $AUTHBIND env",
        "AUTHBIND_LEVELS= $AUTHBIND env", "AUTHBIND_LEVELS=2x $AUTHBIND env", "AUTHBIND_LEVELS=-1 $AUTHBIND env",
        "AUTHBIND_LEVELS=1 $AUTHBIND env", "AUTHBIND_LEVELS=' 3' $AUTHBIND env", "AUTHBIND_LEVELS=007 $AUTHBIND env",
        "AUTHBIND_LEVELS=Y $AUTHBIND env", "AUTHBIND_LEVELS=5 $AUTHBIND --depth 3 env",
        "AUTHBIND_LEVELS=y $AUTHBIND --depth 1 env",
        "$AUTHBIND --deep $AUTHBIND env", "$AUTHBIND $AUTHBIND env", "$AUTHBIND --depth 3 $AUTHBIND env",
        "$AUTHBIND $AUTHBIND --deep env", "LD_PRELOAD=$LIB env", "LD_PRELOAD=$LIB AUTHBIND_LIB=$LIB env",
        "LD_PRELOAD=$LIB:$LIB AUTHBIND_LIB=$LIB env", "LD_PRELOAD=$LIB:libm.so.6 AUTHBIND_LIB=$LIB env",
        "LD_PRELOAD=libm.so.6:$LIB:libm.so.6 AUTHBIND_LIB=$LIB env", "LD_PRELOAD=':$LIB' AUTHBIND_LIB=$LIB env",
        "LD_PRELOAD=$LIB: AUTHBIND_LIB=$LIB env", "LD_PRELOAD='libm.so.6 $LIB' AUTHBIND_LIB=$LIB env",
        "LD_PRELOAD=$LIB AUTHBIND_LIB= env",
        "AUTHBIND_LIB= $AUTHBIND env", "AUTHBIND_LIB=/nonexistent $AUTHBIND env",
        "AUTHBIND_LIB=libm.so.6 $AUTHBIND env",
        "LD_PRELOAD=$LIB AUTHBIND_LIB=$LIB AUTHBIND_LEVELS=100 env",
    ]

    private static func environment(_ command: String) -> String {
        "env -i PATH=/usr/bin:/bin \(command) | grep -a -E 'LD_PRELOAD|AUTHBIND' | sort"
    }

    /// How far down a chain of programs the library reaches.
    private static let chains: [AuthbindCase] = ["", "--depth 1", "--depth 2", "--depth 3", "--depth 4", "--deep"]
        .flatMap { options in
            ["", "env", "env env", "env env env"].map { chain in
                AuthbindCase(
                    "authbind \(options) \(chain) bind-probe",
                    setup: "allow byport/81",
                    "as alice $AUTHBIND \(options) \(chain) $BIN/bind-probe tcp4 bind 127.0.0.1 81"
                )
            }
        }
}

// SPDX-License-Identifier: Apache-2.0
// probe PORT: binds the TCP port on 127.0.0.1 and prints "yes", or why the kernel refused it.
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Whether descriptor 3 is a socket that listens on the port, handed over as sd_listen_fds(3) says.
static int is_inherited(unsigned short port)
{
    const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (!process || !count || atoi(process) != getpid() || atoi(count) < 1) return 0;
    return getsockname(3, (struct sockaddr *)&address, &length) == 0 && ntohs(address.sin_port) == port;
}

int main(int count, char **arguments)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (count != 2) return 2;
    unsigned short port = (unsigned short)atoi(arguments[1]);
    if (is_inherited(port)) return puts("yes") < 0;
    address.sin_port = htons(port);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        puts(strerror(errno));
        return 1;
    }
    return puts("yes") < 0;
}

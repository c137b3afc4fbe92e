// SPDX-License-Identifier: Apache-2.0
// server [-4] [-u] PORT: binds the port on :: for both families, or with -4 on 0.0.0.0, and ends with 0 if that works.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int count, char **words)
{
    int family = AF_INET6, type = SOCK_STREAM, on = 1, off = 0;
    unsigned short port = 0;
    for (int i = 1; i < count; i++)
        if (strcmp(words[i], "-4") == 0) family = AF_INET;
        else if (strcmp(words[i], "-u") == 0) type = SOCK_DGRAM;
        else port = htons((unsigned short)atoi(words[i]));
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = port};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = port};
    int socket_ = socket(family, type, 0);
    if (socket_ < 0) return perror("socket"), 1;
    if (type == SOCK_STREAM) setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6) setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    int failed = family == AF_INET ? bind(socket_, (struct sockaddr *)&ipv4, sizeof ipv4)
                                   : bind(socket_, (struct sockaddr *)&ipv6, sizeof ipv6);
    if (failed) return perror("bind"), 1;
    if (type == SOCK_STREAM && listen(socket_, 1)) return perror("listen"), 1;
    return 0;
}

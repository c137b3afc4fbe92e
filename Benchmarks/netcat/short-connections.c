// SPDX-License-Identifier: Apache-2.0
// Short connections to 127.0.0.1:PORT, and the bound for servers that receive them: one with no more system calls than a
// connection must have. Clients in C leave most of the time to the server.
//
//   short-connections send PORT CLIENTS    for a second, so many at a time; prints how many ended, and after how many seconds
//   short-connections receive PORT         writes what arrives to standard output; is wrong on purpose: it ignores errors
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in address = {.sin_family = AF_INET};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Connects, sends a line and its end. The answer, which is an end as well, is an event of `queue`.
static void start(int queue)
{
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (const void *)&address, sizeof address)) exit(1);
    if (send(client, "hello\n", 6, MSG_NOSIGNAL) != 6 || shutdown(client, SHUT_WR)) exit(1);
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = client}};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, client, &event)) exit(1);
}

static int clients(int many)
{
    int queue = epoll_create1(0);
    double begin = now(), end;
    long count = 0;
    for (int index = 0; index < many; index++) start(queue);
    while ((end = now()) - begin < 1) {
        struct epoll_event events[64];
        int found = epoll_wait(queue, events, 64, 1000);
        for (int index = 0; index < found; index++) {
            char byte;
            // What the server has not read would make its end a reset: then not everything was received.
            if (recv(events[index].data.fd, &byte, 1, 0) != 0) return 1;
            close(events[index].data.fd);
            count++;
            start(queue);
        }
    }
    printf("%ld %f\n", count, end - begin);
    return 0;
}

static int server(void)
{
    static char buffer[65536];
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) return 1;
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        ssize_t count;
        while ((count = recv(client, buffer, sizeof buffer, 0)) > 0) (void)!write(1, buffer, (size_t)count);
        close(client);
    }
}

int main(int count, char **arguments)
{
    if (count < 3) return 64;
    address.sin_port = htons((unsigned short)atoi(arguments[2]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!strcmp(arguments[1], "receive")) return server();
    return count == 4 && !strcmp(arguments[1], "send") ? clients(atoi(arguments[3])) : 64;
}

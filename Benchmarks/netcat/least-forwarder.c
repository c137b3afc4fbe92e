// SPDX-License-Identifier: Apache-2.0
// The bound for forwarders: one with no more system calls than a connection must have. It forwards from 127.0.0.1:PORT to
// 127.0.0.1:PORT in as many processes as given, and is wrong on purpose: it drops what a socket has no room for, and closes
// both sides when one ends. What a forwarder that is right gets beside it is what being right costs.
//
//   least-forwarder LISTENING-PORT TARGET-PORT PROCESSES
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most = 65536 };
static int other[most];
static char buffer[65536];
static int queue;

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void watch(int socket, unsigned events)
{
    struct epoll_event event = {.events = EPOLLIN | events, .data = {.fd = socket}};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, socket, &event)) exit(1);
}

static void end(int socket)
{
    close(other[socket]);
    close(socket);
    other[other[socket]] = -1;
    other[socket] = -1;
}

// Reads once, and closes at the end: that more than one buffer may be there is known only from another event.
static void move(int socket, unsigned events)
{
    if (other[socket] < 0) return;
    ssize_t count = recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count > 0) send(other[socket], buffer, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count == 0 || (events & (EPOLLRDHUP | EPOLLHUP) && count < (ssize_t)sizeof buffer)) end(socket);
}

static void take(int client, const struct sockaddr_in *target)
{
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (server < 0 || server >= most || client >= most) exit(1);
    // On the loopback interface, the server has accepted when this returns.
    connect(server, (const void *)target, sizeof *target);
    other[client] = server;
    other[server] = client;
    ssize_t count = recv(client, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count > 0) send(server, buffer, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    watch(server, EPOLLRDHUP | EPOLLET);
    watch(client, EPOLLRDHUP | EPOLLET);
}

int main(int count, char **arguments)
{
    if (count != 4) return 64;
    struct sockaddr_in place = loopback(arguments[1]), target = loopback(arguments[2]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(listener, (void *)&place, sizeof place) || listen(listener, 4096)) return 1;
    memset(other, -1, sizeof other);
    for (int left = atoi(arguments[3]); left > 1; left--) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            break;
        }
    }
    queue = epoll_create1(0);
    watch(listener, EPOLLEXCLUSIVE);
    for (;;) {
        struct epoll_event events[256];
        int found = epoll_wait(queue, events, 256, -1);
        for (int index = 0; index < found; index++) {
            if (events[index].data.fd != listener) {
                move(events[index].data.fd, events[index].events);
                continue;
            }
            for (int turn = 0, client; turn < 64; turn++) {
                if ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) < 0) break;
                take(client, &target);
            }
        }
    }
}

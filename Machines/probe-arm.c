// SPDX-License-Identifier: Apache-2.0
// A program of 32-bit ARM without any library, which a 64-bit kernel runs, too: binds TCP port 80 on 127.0.0.1 and prints
// "bind ok", or "bind no".
static int call(int number, int first, const void *second, int third)
{
    register int r7 __asm__("r7") = number, r0 __asm__("r0") = first, r2 __asm__("r2") = third;
    register const void *r1 __asm__("r1") = second;
    __asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
    return r0;
}

void _start(void)
{
    // A sockaddr_in: the family in the order of the machine, port and address in that of the network.
    static const unsigned char address[16] = {2, 0, 0, 80, 127, 0, 0, 1};
    int descriptor = call(281, 2, (void *)1, 0);
    const char *text = call(282, descriptor, address, sizeof address) == 0 ? "bind ok\n" : "bind no\n";
    call(4, 1, text, 8);
    call(1, 0, 0, 0);
}

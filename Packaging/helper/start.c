// SPDX-License-Identifier: Apache-2.0
// Where the statically linked helper begins, before the C library: whoever starts it sets its resource limits, and what
// leaves it no room to work in has to end in a clean refusal and not in a crash.
//
// The kernel kills a program in execve(2) whose data are above RLIMIT_DATA. So helper.ld has it map all data for reading
// alone, which the limit is not about; here they are made writable, which fails with an error. All of this needs no stack
// of the program's own: RLIMIT_STACK may not leave it a page. (With one page of stack the kernel itself has no room for the
// arguments, most of the time, and kills the program before anything of it runs.)
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

// What it needs at least: descriptors, and bytes of stack, of data and of addresses. RLIMIT_STACK and RLIMIT_DATA beyond it
// are what a limit is for: a policy that is larger ends in an error of its own.
enum { descriptors = 4, stack = 128 << 10, data = 64 << 10, addresses = 1 << 20 };

__attribute__((visibility("hidden"), aligned(16))) char lowport_first_stack[512];

#define MESSAGE ".ascii \"libauthbind's helper: a resource limit leaves it no room to work in\\n\"\n"

// lowport_start: makes the data writable, has the limits checked on the first stack, and goes on to the C library with the
// stack as the kernel left it; or writes the message and ends with ENOMEM.
// The two parts of the data by themselves: there may be pages between them that are not mapped.
#if defined(__x86_64__)
#define WRITABLE(begin, end) \
    "    lea " begin "(%rip), %rdi\n" \
    "    lea " end "(%rip), %rsi\n" \
    "    and $-4096, %rdi\n" \
    "    sub %rdi, %rsi\n" \
    "    mov $3, %edx\n" /* PROT_READ | PROT_WRITE */ \
    "    mov $" TEXT(SYS_mprotect) ", %eax\n" \
    "    syscall\n" \
    "    test %rax, %rax\n" \
    "    jnz 1f\n"
__asm__(".pushsection .text.lowport_start, \"ax\"\n"
        ".globl lowport_start\n.hidden lowport_start\n"
        "lowport_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %r12\n"
        WRITABLE("lowport_relro_begin", "lowport_relro_end")
        WRITABLE("lowport_data_begin", "lowport_data_end")
        "    lea lowport_first_stack+512(%rip), %rsp\n"
        "    call lowport_has_room\n"
        "    test %eax, %eax\n"
        "    jz 1f\n"
        "    mov %r12, %rsp\n"
        "    jmp _start\n"
        "1:  lea 2f(%rip), %rsi\n"
        "    mov $(3f - 2f), %edx\n"
        "    mov $2, %edi\n"
        "    mov $" TEXT(SYS_write) ", %eax\n"
        "    syscall\n"
        "    mov $12, %edi\n" // ENOMEM
        "    mov $" TEXT(SYS_exit_group) ", %eax\n"
        "    syscall\n"
        "2:  " MESSAGE
        "3:\n.popsection");

static inline long call4(long number, long a, long b, long c, long d)
{
    long result;
    register long fourth __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
#define ADDRESS(to, symbol) "    adrp " to ", " symbol "\n    add " to ", " to ", :lo12:" symbol "\n"
#define WRITABLE(begin, end) \
    ADDRESS("x0", begin) ADDRESS("x1", end) \
        "    and x0, x0, x11\n" \
        "    sub x1, x1, x0\n" \
        "    mov x2, #3\n" /* PROT_READ | PROT_WRITE */ \
        "    mov x8, #" TEXT(SYS_mprotect) "\n" \
        "    svc #0\n" \
        "    cbnz x0, 1f\n"
__asm__(".pushsection .text.lowport_start, \"ax\"\n"
        ".globl lowport_start\n.hidden lowport_start\n"
        "lowport_start:\n"
        "    mov x29, xzr\n"
        "    mov x19, sp\n"
        "    ldr x9, [sp]\n" // Behind the arguments and the environment: the auxiliary vector, with the size of a page.
        "    add x9, sp, x9, lsl #3\n"
        "    add x9, x9, #16\n"
        "4:  ldr x10, [x9], #8\n"
        "    cbnz x10, 4b\n"
        "5:  ldp x10, x11, [x9], #16\n"
        "    cbz x10, 1f\n"
        "    cmp x10, #6\n" // AT_PAGESZ
        "    b.ne 5b\n"
        "    neg x11, x11\n"
        WRITABLE("lowport_relro_begin", "lowport_relro_end")
        WRITABLE("lowport_data_begin", "lowport_data_end")
        ADDRESS("x9", "lowport_first_stack")
        "    add sp, x9, #512\n"
        "    bl lowport_has_room\n"
        "    cbz w0, 1f\n"
        "    mov sp, x19\n"
        "    b _start\n"
        "1:  mov x0, #2\n"
        "    adr x1, 2f\n"
        "    mov x2, #(3f - 2f)\n"
        "    mov x8, #" TEXT(SYS_write) "\n"
        "    svc #0\n"
        "    mov x0, #12\n" // ENOMEM
        "    mov x8, #" TEXT(SYS_exit_group) "\n"
        "    svc #0\n"
        "2:  " MESSAGE
        "3:\n.balign 4\n.popsection");

static inline long call4(long number, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                  x3 __asm__("x3") = d;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#endif

// Raises a soft limit that is below `least` as far as that; false if the hard limit is below it, too.
static int has(int resource, unsigned long least)
{
    struct rlimit limit;
    if (call4(SYS_prlimit64, 0, resource, 0, (long)&limit) != 0) return 0;
    if (limit.rlim_cur >= least) return 1;
    if (limit.rlim_max < least) return 0;
    limit.rlim_cur = least;
    return call4(SYS_prlimit64, 0, resource, (long)&limit, 0) == 0;
}

__attribute__((visibility("hidden"), used)) int lowport_has_room(void)
{
    return has(RLIMIT_NOFILE, descriptors) && has(RLIMIT_STACK, stack) && has(RLIMIT_DATA, data)
        && has(RLIMIT_AS, addresses);
}

extern char lowport_relro_begin[], lowport_relro_end[];
int lowport_helper_once_main(int count, char **arguments);

// What the C library has relocated by now is never written to again.
int main(int count, char **arguments)
{
    unsigned long begin = (unsigned long)lowport_relro_begin & -getauxval(AT_PAGESZ);
    if (call4(SYS_mprotect, (long)begin, (long)((unsigned long)lowport_relro_end - begin), 1, 0) != 0) return 12;
    return lowport_helper_once_main(count, arguments);
}

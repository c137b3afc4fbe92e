// SPDX-License-Identifier: Apache-2.0
// as ID COMMAND...: executes the command as the user and the group with that number, without other groups.
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    if (count < 3) return 125;
    unsigned id = (unsigned)atoi(arguments[1]);
    if (setgroups(0, 0) != 0 || setgid(id) != 0 || setuid(id) != 0) return perror("as"), 125;
    execvp(arguments[2], arguments + 2);
    return perror(arguments[2]), 126;
}

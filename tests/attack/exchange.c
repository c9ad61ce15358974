/* Exchanges two names for ever: none of them is ever missing, and nothing made in between can stop it. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* musl's compiler does not see the kernel's headers. */
enum { RENAME_EXCHANGE = 2 };

int main(int argc, char **argv) {
    while (argc == 3)
        syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE);
    return 1;
}

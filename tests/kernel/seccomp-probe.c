/* Makes system calls and prints what came of each: `errno N` or `ok`, one line a call.
 * usage: seccomp-probe ABI:NR[:ARG...] ...   ABI: native, or i386 (int 0x80, on x86_64) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long call_i386(const unsigned long *a)
{
#ifdef __x86_64__
	long result;
	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(a[0]), "b"(a[1]), "c"(a[2]), "d"(a[3]) : "memory", "r8", "r9", "r10", "r11");
	result = (int)result;
	if (result < 0 && result >= -4095) {
		errno = (int)-result;
		return -1;
	}
	return result;
#else
	(void)a;
	errno = ENOSYS;
	return -1;
#endif
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		unsigned long a[7] = { 0 };
		int count = 0;
		char *save = NULL;
		const char *abi = strtok_r(argv[i], ":", &save);
		for (char *word; count < 7 && (word = strtok_r(NULL, ":", &save)) != NULL; count++)
			a[count] = strtoul(word, NULL, 0);
		long result = strcmp(abi, "i386") == 0 ? call_i386(a)
						       : syscall((long)a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
		if (result == -1)
			printf("errno %d\n", errno);
		else
			printf("ok\n");
		fflush(stdout);
	}
	return 0;
}

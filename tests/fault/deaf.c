/*
 * Loaded by LD_PRELOAD: SIGKILL does not get through, as with a process that the kernel holds. It
 * knows nothing of the program.
 */
#include <dlfcn.h>
#include <signal.h>

int kill(pid_t pid, int number)
{
	int (*real)(pid_t, int) = (int (*)(pid_t, int))dlsym(RTLD_NEXT, "kill");

	return number == SIGKILL ? 0 : real(pid, number);
}

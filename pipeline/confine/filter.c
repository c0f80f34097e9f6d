/*
 * The filter of system calls that a confined process keeps: a list of those that go out of the
 * process, by number, and a few that depend on an argument. It knows no file and no folder.
 *
 * Most that is refused is refused as a system without that right would (EPERM), which libraries can
 * take; what no library of this program ever asks for ends the process. Calls newer than this list
 * are not there (ENOSYS), as on an older kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

/* Over INT_MAX, so no enumerators. */
#if defined(__x86_64__)
static const uint32_t ARCH = AUDIT_ARCH_X86_64;
enum { KNOWN = 1 };
#elif defined(__aarch64__)
static const uint32_t ARCH = AUDIT_ARCH_AARCH64;
enum { KNOWN = 1 };
#else
static const uint32_t ARCH = 0;
enum { KNOWN = 0 };
#endif

enum {
	LAST_CALL = 450,    /* set_mempolicy_home_node: Linux 5.17, the newest of these lists */
	X32_CALL = 1 << 30, /* calls of the x32 kind begin here */
	MOST_STEPS = 512
};

/* To another machine or process: left in place where a name asks for a network. */
static const uint16_t sockets[] = {
	__NR_socket,  __NR_socketpair, __NR_connect,  __NR_accept,     __NR_accept4,
	__NR_bind,    __NR_listen,     __NR_sendto,   __NR_sendmsg,    __NR_sendmmsg,
	__NR_recvmsg, __NR_recvfrom,   __NR_recvmmsg, __NR_setsockopt, __NR_shutdown,
};

/* Programs, other processes, names and attributes of files, the machine's settings. */
static const uint16_t refused[] = {
	__NR_execve,
	__NR_execveat,
	__NR_unshare,
	__NR_setns,
	__NR_chroot,
	__NR_truncate,
	__NR_renameat2,
	__NR_linkat,
	__NR_symlinkat,
	__NR_unlinkat,
	__NR_mkdirat,
	__NR_mknodat,
	__NR_fchmod,
	__NR_fchmodat,
	__NR_fchown,
	__NR_fchownat,
	__NR_utimensat,
	__NR_setxattr,
	__NR_lsetxattr,
	__NR_fsetxattr,
	__NR_removexattr,
	__NR_lremovexattr,
	__NR_fremovexattr,
	__NR_tkill,
	__NR_rt_sigqueueinfo,
	__NR_rt_tgsigqueueinfo,
	__NR_pidfd_send_signal,
	__NR_pidfd_open,
	__NR_pidfd_getfd,
	__NR_process_madvise,
	__NR_shmget,
	__NR_shmat,
	__NR_msgget,
	__NR_msgsnd,
	__NR_semget,
	__NR_semop,
	__NR_mq_open,
	__NR_mq_unlink,
	__NR_setuid,
	__NR_setgid,
	__NR_setreuid,
	__NR_setregid,
	__NR_setresuid,
	__NR_setresgid,
	__NR_setgroups,
	__NR_setfsuid,
	__NR_setfsgid,
	__NR_capset,
	__NR_setsid,
	__NR_setpgid,
	__NR_keyctl,
	__NR_add_key,
	__NR_request_key,
	__NR_io_uring_setup,
	__NR_io_uring_enter,
	__NR_io_uring_register,
	__NR_fanotify_init,
	__NR_userfaultfd,
	__NR_syslog,
	__NR_sethostname,
	__NR_setdomainname,
	__NR_settimeofday,
	__NR_clock_settime,
	__NR_adjtimex,
	__NR_clock_adjtime,
	__NR_acct,
	__NR_quotactl,
	__NR_kcmp,
	__NR_personality,
#ifdef __x86_64__
	__NR_fork,
	__NR_vfork,
	__NR_creat,
	__NR_rename,
	__NR_renameat,
	__NR_link,
	__NR_symlink,
	__NR_unlink,
	__NR_mkdir,
	__NR_rmdir,
	__NR_mknod,
	__NR_chmod,
	__NR_chown,
	__NR_lchown,
	__NR_utime,
	__NR_utimes,
	__NR_futimesat,
	__NR_modify_ldt,
#endif
};

static const uint16_t hostile[] = {
	__NR_ptrace,
	__NR_process_vm_readv,
	__NR_process_vm_writev,
	__NR_bpf,
	__NR_perf_event_open,
	__NR_mount,
	__NR_umount2,
	__NR_pivot_root,
	__NR_move_mount,
	__NR_open_tree,
	__NR_fsopen,
	__NR_fsmount,
	__NR_mount_setattr,
	__NR_open_by_handle_at,
	__NR_init_module,
	__NR_finit_module,
	__NR_delete_module,
	__NR_kexec_load,
	__NR_reboot,
	__NR_swapon,
	__NR_swapoff,
#ifdef __x86_64__
	__NR_iopl,
	__NR_ioperm,
#endif
};

/* --- steps of the filter --- */

struct steps {
	struct sock_filter step[MOST_STEPS];
	unsigned short n;
};

static void add(struct steps *steps, struct sock_filter step)
{
	if (steps->n < MOST_STEPS)
		steps->step[steps->n++] = step;
}

static void load(struct steps *steps, size_t offset)
{
	add(steps, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* The lower half of an argument: all that the kernel looks at in an int. */
static void load_argument(struct steps *steps, unsigned number)
{
	load(steps, offsetof(struct seccomp_data, args) + number * sizeof(uint64_t) +
			    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0));
}

static void answer(struct steps *steps, uint32_t action)
{
	add(steps, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Where what was loaded compares so with `value`, the next `skip_not` steps; else beyond them. */
static void test(struct steps *steps, uint16_t how, uint32_t value, uint8_t skip_not)
{
	add(steps, (struct sock_filter)BPF_JUMP(BPF_JMP | how | BPF_K, value, 0, skip_not));
}

static uint32_t errno_action(int number)
{
	return SECCOMP_RET_ERRNO | ((uint32_t)number & SECCOMP_RET_DATA);
}

static void all_of(struct steps *steps, const uint16_t *call, size_t n, uint32_t action)
{
	for (size_t i = 0; i < n; i++) {
		test(steps, BPF_JEQ, call[i], 1);
		answer(steps, action);
	}
}

/* The call is allowed where an argument has one of these bits (JSET) or values (JEQ). */
static void if_argument(struct steps *steps, long call, unsigned argument, uint16_t how,
			const uint32_t *value, uint8_t n, int otherwise)
{
	test(steps, BPF_JEQ, (uint32_t)call, (uint8_t)(2 * n + 2));
	load_argument(steps, argument);
	for (uint8_t i = 0; i < n; i++) {
		test(steps, how, value[i], 1);
		answer(steps, SECCOMP_RET_ALLOW);
	}
	answer(steps, errno_action(otherwise));
}

/* Files are opened for reading. */
static void only_reading(struct steps *steps, long call, unsigned argument)
{
	test(steps, BPF_JEQ, (uint32_t)call, 4);
	load_argument(steps, argument);
	test(steps, BPF_JSET, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1);
	answer(steps, errno_action(EACCES));
	answer(steps, SECCOMP_RET_ALLOW);
}

static void make_steps(struct steps *steps, bool network)
{
	const uint32_t thread[] = {CLONE_THREAD}, self[] = {0, (uint32_t)getpid()};
	/* What isatty() and descriptors' flags need; nothing is typed into a terminal. */
	const uint32_t controls[] = {TCGETS, FIONREAD, FIOCLEX, FIONCLEX};

	steps->n = 0;
	load(steps, offsetof(struct seccomp_data, arch));
	test(steps, BPF_JEQ, ARCH, 1);
	add(steps, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0));
	answer(steps, SECCOMP_RET_KILL_PROCESS);
	load(steps, offsetof(struct seccomp_data, nr));
	test(steps, BPF_JGE, X32_CALL, 1);
	answer(steps, SECCOMP_RET_KILL_PROCESS);
	test(steps, BPF_JGT, LAST_CALL, 1);
	answer(steps, errno_action(ENOSYS));
	only_reading(steps, __NR_openat, 2);
#ifdef __x86_64__
	only_reading(steps, __NR_open, 1);
#endif
	/* Their flags lie in memory, which a filter cannot see: the C library uses the older ones.
	 */
	all_of(steps, (const uint16_t[]){__NR_openat2, __NR_clone3}, 2, errno_action(ENOSYS));
	if_argument(steps, __NR_clone, 0, BPF_JSET, thread, 1, EPERM);
	if_argument(steps, __NR_kill, 0, BPF_JEQ, self + 1, 1, EPERM);
	if_argument(steps, __NR_tgkill, 0, BPF_JEQ, self + 1, 1, EPERM);
	if_argument(steps, __NR_prlimit64, 0, BPF_JEQ, self, 2, EPERM);
	if_argument(steps, __NR_ioctl, 1, BPF_JEQ, controls, 4, ENOTTY);
	if (!network)
		all_of(steps, sockets, sizeof(sockets) / sizeof(sockets[0]), errno_action(EPERM));
	all_of(steps, refused, sizeof(refused) / sizeof(refused[0]), errno_action(EPERM));
	all_of(steps, hostile, sizeof(hostile) / sizeof(hostile[0]), SECCOMP_RET_KILL_PROCESS);
	answer(steps, SECCOMP_RET_ALLOW);
}

bool filter_available(void)
{
	/* seccomp(2): without a program, EFAULT says that there could be one. */
	return KNOWN && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 &&
	       errno == EFAULT;
}

int filter_install(bool network)
{
	struct steps steps;
	struct sock_fprog program;

	make_steps(&steps, network);
	program = (struct sock_fprog){.len = steps.n, .filter = steps.step};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ? errno : 0;
}

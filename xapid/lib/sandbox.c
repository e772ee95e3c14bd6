/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of system calls are what the C library and our libraries need, not
 * only what they were seen to call: a filter that is too tight fails years
 * later, in an error path. */
#include "lib/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The sanitizers have system calls and a lot of memory of their own. */
static bool
watched_by_sanitizer(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#else
	return false;
#endif
}

/* ---- users and capabilities ---- */

int
sandbox_find_user(const char *name, struct sandbox_user *user_r)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (!pw) {
		if (!errno)
			errno = ENOENT;
		return -1;
	}
	*user_r = (struct sandbox_user){ name, pw->pw_uid, pw->pw_gid };
	return 0;
}

int
sandbox_become(const struct sandbox_user *user)
{
	if (!user->name)
		return 0;
	if (initgroups(user->name, user->gid) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return -1;
	if (user->uid != 0 && setuid(0) == 0) {
		errno = EPERM; /* it must not be possible to come back */
		return -1;
	}
	return 0;
}

/* The bounding set can be lowered with CAP_SETPCAP only. */
static int
bound_capabilities(uint64_t keep)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (!(keep >> cap & 1) && prctl(PR_CAPBSET_DROP, cap) < 0 &&
		    errno != EPERM)
			return -1;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return 0;
}

static int
set_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = data[i].permitted =
		    (uint32_t)(keep >> 32 * i);
	if (syscall(SYS_capset, &header, data) < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int
sandbox_drop_capabilities(void)
{
	return bound_capabilities(0) < 0 ? -1 : set_capabilities(0);
}

int
sandbox_keep_capability(const struct sandbox_user *user, int cap)
{
	return sandbox_keep_capabilities(user, SANDBOX_CAP(cap));
}

int
sandbox_keep_capabilities(const struct sandbox_user *user, uint64_t caps)
{
	if (bound_capabilities(0) < 0 ||
	    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || sandbox_become(user) < 0)
		return -1;
	return set_capabilities(caps);
}

int
sandbox_bound_capabilities(uint64_t caps)
{
	return bound_capabilities(caps) < 0 ? -1 : set_capabilities(caps);
}

/* ---- memory ---- */

int
sandbox_limit_memory(uint64_t bytes)
{
	struct rlimit had, limit = { bytes, bytes };

	if (watched_by_sanitizer() || bytes == 0)
		return 0;
	if (getrlimit(RLIMIT_DATA, &had) < 0)
		return -1;
	return had.rlim_max < bytes ? 0 : setrlimit(RLIMIT_DATA, &limit);
}

/* ---- system calls ---- */

#define BASIC                                                                  \
	(1u << SANDBOX_DAEMON | 1u << SANDBOX_WORKER | 1u << SANDBOX_NETWORK | \
	    1u << SANDBOX_LOCAL)
#define DAEMON (1u << SANDBOX_DAEMON)
#define SERVERS (DAEMON | 1u << SANDBOX_LOCAL)

static const struct {
	unsigned kinds;
	const char *names[40]; /* NULL at the end */
} allowed[] = {
	/* memory */
	{ BASIC,
	    { "brk", "madvise", "membarrier", "mmap", "mprotect", "mremap",
		"msync", "munmap", "mincore", "memfd_create", "mlock",
		"munlock", "get_mempolicy" } },
	/* threads and processes */
	{ BASIC,
	    { "arch_prctl", "clone", "clone3", "exit", "exit_group", "futex",
		"get_robust_list", "getpid", "getppid", "gettid", "prctl",
		"restart_syscall", "rseq", "sched_getaffinity", "sched_getattr",
		"sched_getparam", "sched_getscheduler", "sched_setaffinity",
		"sched_setattr", "sched_setscheduler", "sched_yield",
		"set_robust_list", "set_tid_address", "getpriority",
		"setpriority", "tgkill", "tkill", "kill", "wait4", "waitid",
		"futex_waitv", "getcpu", "ioprio_set" } },
	/* signals and time */
	{ BASIC,
	    { "clock_getres", "clock_gettime", "clock_nanosleep",
		"gettimeofday", "nanosleep", "pause", "rt_sigaction",
		"rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
		"rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
		"rt_tgsigqueueinfo", "sigaltstack", "signalfd4", "time",
		"timer_create", "timer_delete", "timer_settime",
		"timerfd_create", "timerfd_gettime", "timerfd_settime", "times",
		"getitimer", "setitimer", "alarm" } },
	/* descriptors */
	{ BASIC,
	    { "close", "close_range", "dup", "dup2", "dup3", "epoll_create",
		"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
		"epoll_wait", "eventfd2", "fcntl", "ioctl", "lseek", "pipe",
		"pipe2", "poll", "ppoll", "pread64", "preadv", "pselect6",
		"pwrite64", "pwritev", "read", "readv", "select", "sendfile",
		"splice", "tee", "vmsplice", "write", "writev",
		"copy_file_range" } },
	/* files */
	{ BASIC,
	    { "access", "faccessat", "faccessat2", "fadvise64", "fallocate",
		"fchdir", "fchmod", "fchmodat", "fdatasync", "flock", "fstat",
		"fstatfs", "fsync", "ftruncate", "getcwd", "getdents64", "link",
		"linkat", "lstat", "mkdir", "mkdirat", "newfstatat", "open",
		"openat", "openat2", "readahead", "readlink", "readlinkat",
		"rename", "renameat", "renameat2", "rmdir", "stat", "statfs",
		"statx", "sync_file_range", "syncfs", "umask" } },
	{ BASIC,
	    { "unlink", "unlinkat", "utimensat", "symlink", "symlinkat",
		"chmod", "fchown", "fchownat", "lchown", "chown", "flistxattr",
		"fgetxattr", "getxattr" } },
	/* who and where */
	{ BASIC,
	    { "getegid", "geteuid", "getgid", "getgroups", "getrandom",
		"getresgid", "getresuid", "getrlimit", "getrusage", "getuid",
		"prlimit64", "setrlimit", "sysinfo", "uname", "getpgrp",
		"getpgid", "getsid", "capget", "ugetrlimit" } },
	/* what one has, given by others */
	{ BASIC,
	    { "recvfrom", "recvmsg", "recvmmsg", "sendmsg", "sendto",
		"sendmmsg", "shutdown", "getsockopt", "getsockname",
		"getpeername", "setsockopt" } },
	/* nothing but what it has */
	{ 1u << SANDBOX_READER,
	    { "read", "pread64", "write", "lseek", "fstat", "newfstatat",
		"close", "brk", "mmap", "munmap", "mprotect", "madvise",
		"mremap", "futex", "exit", "exit_group", "rt_sigreturn",
		"rt_sigprocmask", "clock_gettime" } },
	/* sockets of its own: socket(), by family, see allow_sockets */
	{ SERVERS,
	    { "accept", "accept4", "bind", "connect", "listen",
		"socketpair" } },
	{ DAEMON,
	    { "pidfd_open", "inotify_init1", "inotify_add_watch",
		"inotify_rm_watch" } },
};

/* Nothing of ours, in no path and on no error. */
static const char *const deadly[] = { "execve", "execveat", "ptrace",
	"process_vm_readv", "process_vm_writev", "init_module", "finit_module",
	"delete_module", "kexec_load", "kexec_file_load", "bpf", "mount",
	"umount2", "pivot_root", "chroot", "setns", "unshare", "reboot",
	"swapon", "swapoff", "iopl", "ioperm", "userfaultfd", "perf_event_open",
	"add_key", "request_key", "keyctl", "open_by_handle_at", "move_mount",
	"open_tree", "fsopen", "fsmount", "personality", "setuid", "setreuid",
	"setresuid", "setgid", "setregid", "setresgid", "setgroups" };

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* A name that this architecture does not have is none to allow. */
static int
add_rule(scmp_filter_ctx ctx, uint32_t action, const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);

	return nr == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(ctx, action, nr, 0);
}

static int
allow_sockets(scmp_filter_ctx ctx, enum sandbox_kind kind)
{
	static const struct {
		unsigned kinds;
		int family;
	} rows[] = {
		{ SERVERS, AF_UNIX },
		{ DAEMON, AF_INET },
		{ DAEMON, AF_INET6 },
		{ DAEMON | 1u << SANDBOX_NETWORK, AF_NETLINK },
	};
	int r = 0;

	for (size_t i = 0; i < COUNT(rows) && r == 0; i++)
		if (rows[i].kinds & 1u << kind)
			r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
			    SCMP_SYS(socket), 1,
			    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)rows[i].family));
	return r;
}

/* Of the deadly ones: libxl and QEMU start programs and change users. */
static const char *const still_allowed[] = { "execve", "execveat", "setuid",
	"setreuid", "setresuid", "setgid", "setregid", "setresgid",
	"setgroups" };

static bool
is_still_allowed(const char *name)
{
	for (size_t i = 0; i < COUNT(still_allowed); i++)
		if (strcmp(still_allowed[i], name) == 0)
			return true;
	return false;
}

/* Kinds that may do all but what is listed: they start programs that others
 * wrote, or are some. */
static bool
is_open_list(enum sandbox_kind kind)
{
	return kind == SANDBOX_HYPERVISOR || kind == SANDBOX_STARTER ||
	    kind == SANDBOX_PROGRAM;
}

static bool
may_have_family(enum sandbox_kind kind, int family)
{
	return (family == AF_UNIX && kind != SANDBOX_PROGRAM) ||
	    (family == AF_NETLINK &&
		(kind == SANDBOX_STARTER || kind == SANDBOX_HYPERVISOR));
}

static int
refuse_sockets(scmp_filter_ctx ctx, enum sandbox_kind kind)
{
	const uint32_t refuse = SCMP_ACT_ERRNO(EAFNOSUPPORT);
	int r = seccomp_rule_add(ctx, refuse, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_GT, AF_NETLINK));

	for (int family = 0; r == 0 && family <= AF_NETLINK; family++)
		if (!may_have_family(kind, family))
			r = seccomp_rule_add(ctx, refuse, SCMP_SYS(socket), 1,
			    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family));
	/* QEMU's libusb wants to hear of devices that come, and nothing else. */
	if (r == 0 && kind == SANDBOX_HYPERVISOR)
		r = seccomp_rule_add(ctx, refuse, SCMP_SYS(socket), 2,
		    SCMP_A0(SCMP_CMP_EQ, AF_NETLINK),
		    SCMP_A2(SCMP_CMP_NE, NETLINK_KOBJECT_UEVENT));
	return r;
}

static int
refuse_rules(scmp_filter_ctx ctx, enum sandbox_kind kind)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(deadly) && r == 0; i++)
		if (!is_still_allowed(deadly[i]))
			r = add_rule(ctx, SCMP_ACT_ERRNO(EPERM), deadly[i]);
	return r == 0 ? refuse_sockets(ctx, kind) : r;
}

static int
add_rules(scmp_filter_ctx ctx, enum sandbox_kind kind)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(allowed) && r == 0; i++)
		for (size_t k = 0; (allowed[i].kinds & 1u << kind) && r == 0 &&
		     k < COUNT(allowed[i].names) && allowed[i].names[k];
		     k++)
			r = add_rule(ctx, SCMP_ACT_ALLOW, allowed[i].names[k]);
	for (size_t i = 0; i < COUNT(deadly) && r == 0; i++)
		r = add_rule(ctx, SCMP_ACT_KILL_PROCESS, deadly[i]);
	if (r == 0)
		r = allow_sockets(ctx, kind);
	return r;
}

int
sandbox_filter(enum sandbox_kind kind)
{
	scmp_filter_ctx ctx;
	int r;

	if (watched_by_sanitizer())
		return 1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return 1; /* the kernel was built without */
	ctx = seccomp_init(
	    is_open_list(kind) ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS));
	if (!ctx) {
		errno = ENOMEM;
		return -1;
	}
	r = is_open_list(kind) ? refuse_rules(ctx, kind) : add_rules(ctx, kind);
	if (r == 0)
		(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r < 0) {
		errno = -r;
		return -1;
	}
	return 0;
}

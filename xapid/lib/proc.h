/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program: execve only, never a shell, a clean environment, no
 * inherited descriptors, a deadline, bounded output. */
#ifndef XAPID_LIB_PROC_H
#define XAPID_LIB_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/bytes.h"

struct proc_result {
	int status;            /* as from waitpid */
	bool timed_out;        /* killed by the deadline */
	bool given_up;         /* killed since nobody wants it any more */
	bool truncated;        /* more output than max_output was dropped */
	struct bytes out, err; /* release with proc_result_free */
};

struct proc_limits {
	int timeout_ms;    /* > 0; then SIGKILL to the whole process group */
	size_t max_output; /* bytes kept of each stream */
	/* Asked some times a second whether to give up; NULL: never. */
	bool (*give_up)(void *arg);
	void *arg;
};

/* How programs are started by a process that may not do it itself. */
struct proc_starter {
	/* With these descriptors as 0, 1 and 2. *end_r is readable after the
	 * end: an int as from waitpid. env NULL: PATH and LANG only. -1 and
	 * errno. */
	int (*start)(const char *const argv[], const char *const env[],
	    const int stdio[3], pid_t *pid_r, int *end_r);
	/* SIGKILL to it and all in its process group. */
	void (*kill)(pid_t pid);
};
/* Before there are threads; NULL: proc_run starts them itself. */
void proc_set_starter(const struct proc_starter *starter);

/* argv[0] is an absolute path; env NULL: PATH and LANG only. input NULL:
 * /dev/null. Blocks until the program itself has ended; what it started and
 * left behind is not waited for. -1 and errno when it could not be started, and
 * nothing to release. */
int proc_run(const char *const argv[], const char *const env[],
    const void *input, size_t input_len, const struct proc_limits *limits,
    struct proc_result *result_r);
void proc_result_free(struct proc_result *r);
/* Waits for the end of a child of ours; one that is not there within patience_ms
 * is killed. 0 and the status as from waitpid, or -1 and errno. */
int proc_reap(pid_t pid, int patience_ms, int *status_r);
/* Where a program of ours is: beside this process's own (a build folder), or
 * where it is installed. Answers out. */
#define PROC_PATH_BYTES 4096
const char *proc_own_program(const char *name, char out[PROC_PATH_BYTES]);
/* The first line of what it printed, for people; "" when it is not clean. */
#define PROC_REASON_BYTES 256
void proc_reason(const struct proc_result *r, char out[PROC_REASON_BYTES]);
#define CLEANUP_PROC_RESULT __attribute__((cleanup(proc_result_free)))

#endif

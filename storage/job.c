/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/proc.h"
#include "storage/image_program.h"
#include "storage/kernel.h"

#define PROGRAM "/usr/bin/qemu-img"
#define LOOK_MS 200
/* One that has closed its mouth is about to end; a program that a hostile image
 * has taken over may not be, and others wait for the helper. */
#define END_MS 10000

/* ---- the helper's half ---- */

static pid_t program; /* 0: none */

enum { WORDS, TARGET, IMAGE };

/* Nothing is known of the target but that it is empty, so it is told. */
static pid_t
start_convert(struct arena *a, const struct helper_request *r, const int *fds)
{
	const char *image =
	    image_describe(a, r->format, r->lowest, r->layers, 4);
	const char *target = arena_printf(a,
	    "driver=%s,file.driver=file,file.filename=/proc/self/fd/3,"
	    "discard=unmap,file.discard=unmap",
	    volume_formats[r->to]);
	const char *argv[] = { PROGRAM, "convert", "-p", "-n",
		"--target-is-zero", "--target-image-opts", image, target,
		NULL };
	struct image_program p = { .argv = argv,
		.out = fds[WORDS],
		.ends_with_us = true };

	if (!image || !target) {
		errno = ENOMEM;
		return -1;
	}
	p.fds[p.nfds++] = fds[TARGET];
	for (unsigned i = 0; i <= r->layers; i++)
		p.fds[p.nfds++] = fds[IMAGE + i];
	return image_start(&p);
}

/* -d: the image stays as it is until the base has its name. */
static pid_t
start_commit(struct arena *a, const struct helper_request *r, const int *fds)
{
	const char *image =
	    image_describe(a, r->format, r->lowest, r->layers, 3);
	const char *argv[] = { PROGRAM, "commit", "-p", "-d", image, NULL };
	struct image_program p = { .argv = argv,
		.out = fds[WORDS],
		.ends_with_us = true };

	if (!image) {
		errno = ENOMEM;
		return -1;
	}
	for (unsigned i = 0; i <= r->layers; i++)
		p.fds[p.nfds++] = fds[1 + i];
	return image_start(&p);
}

static pid_t
start(struct arena *a, const struct helper_request *r, const int *fds)
{
	if (r->op == HELPER_TAKE)
		return kernel_start(r, fds);
	return r->op == HELPER_COMMIT ? start_commit(a, r, fds)
				      : start_convert(a, r, fds);
}

int
job_start(const struct helper_request *r, const int *fds)
{
	struct arena *a = arena_new(0);
	int error;

	if (program || !a) {
		arena_free(a);
		errno = program ? EBUSY : ENOMEM;
		return -1;
	}
	program = start(a, r, fds);
	error = errno;
	arena_free(a);
	errno = error;
	if (program > 0)
		return 0;
	program = 0;
	return -1;
}

int
job_end(bool kill_it, int *status_r)
{
	if (!program) {
		errno = ECHILD;
		return -1;
	}
	if (proc_reap(program, kill_it ? 0 : END_MS, status_r) < 0)
		return -1;
	program = 0;
	return 0;
}

/* ---- the worker's half ---- */

/* What it says: "    (12.34/100%)\r" again and again, or why it fails. */
static void
take_line(struct op *op, char *words, char *line)
{
	char *at = strchr(line, '(');
	double percent;

	if (at && sscanf(at, "(%lf/100%%)", &percent) == 1) {
		op_progress(op, percent / 100);
	} else if (line[strspn(line, " ")]) {
		snprintf(words, JOB_WORDS, "%s", line);
	}
}

static void
take(struct op *op, char *words, char line[256], size_t *n, char c)
{
	if (c != '\r' && c != '\n') {
		if (*n < 255)
			line[(*n)++] = c;
		return;
	}
	line[*n] = '\0';
	*n = 0;
	take_line(op, words, line);
}

/* Who may say that it is not wanted any more, beside the core. */
struct judge {
	bool (*give_up)(void *arg); /* NULL: nobody */
	void *arg;
};

/* Until it has closed its mouth. 1: nobody wants it any more. */
static int
listen_to(struct op *op, int in, const struct judge *j, char *words)
{
	struct pollfd fd = { .fd = in, .events = POLLIN };
	char line[256], piece[256];
	size_t n = 0;
	ssize_t got;

	for (;;) {
		if (op_cancelled(op) || (j->give_up && j->give_up(j->arg)))
			return 1;
		if (poll(&fd, 1, LOOK_MS) <= 0)
			continue;
		got = read(in, piece, sizeof(piece));
		if (got <= 0)
			return 0;
		for (ssize_t i = 0; i < got; i++)
			take(op, words, line, &n, piece[i]);
	}
}

/* Of what QEMU says only its words are known. */
static int
fail(struct op *op, int status, const char *words)
{
	if (strstr(words, strerror(ENOSPC)))
		return op_fail(op, "SR_FULL",
		    arena_printf(op->arena, "%lld",
			(long long)op_int(op, "size", 0)),
		    "what the file system has left", NULL);
	return op_fail(op, "SR_BACKEND_FAILURE",
	    arena_printf(op->arena, "%d",
		WIFEXITED(status) ? WEXITSTATUS(status)
				  : 128 + WTERMSIG(status)),
	    "", arena_printf(op->arena, "qemu-img: %s", words), NULL);
}

/* As job_run; *given_up_r: it was ended, and nothing is raised. */
static int
run(struct op *op, struct helper_request *r, const int *fds, unsigned nfds,
    int in, const struct judge *j, char words[JOB_WORDS], bool *given_up_r)
{
	struct helper_answer answer;
	int rc = helper_ask(r, fds, nfds, &answer);

	words[0] = '\0';
	*given_up_r = false;
	close(fds[WORDS]);
	if (rc < 0)
		return place_fail(op, PROGRAM);
	r->op = HELPER_END;
	r->kill = *given_up_r = listen_to(op, in, j, words);
	if (helper_ask(r, NULL, 0, &answer) < 0)
		return place_fail(op, PROGRAM);
	return answer.status;
}

int
job_run(struct op *op, struct helper_request *r, const int *fds, unsigned nfds,
    int in, char words[JOB_WORDS])
{
	const struct judge nobody = { .give_up = NULL };
	bool given_up;
	int status = run(op, r, fds, nfds, in, &nobody, words, &given_up);

	return given_up ? op_fail(op, "TASK_CANCELLED", NULL) : status;
}

int
job_commit(struct op *op, const struct volume *v, const struct layers *below,
    bool (*give_up)(void *arg), void *arg)
{
	struct helper_request r = { .op = HELPER_COMMIT,
		.format = v->format,
		.lowest = below->lowest,
		.layers = below->n };
	const struct judge j = { give_up, arg };
	int fds[HELPER_FDS], ends[2], n = 2, status;
	char words[JOB_WORDS];
	bool given_up;

	if (image_lend_all(v, below) < 0)
		return place_fail(op, v->name);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return place_fail(op, "pipe");
	memcpy(fds, (int[]){ ends[1], v->fd }, 2 * sizeof(int));
	for (unsigned i = 0; i < below->n; i++)
		fds[n++] = below->fd[i];
	status = run(op, &r, fds, (unsigned)n, ends[0], &j, words, &given_up);
	close(ends[0]);
	if (given_up || status < 0)
		return given_up ? 0 : -1;
	return status ? fail(op, status, words) : 1;
}

int
job_convert(struct op *op, const struct volume *from,
    const struct layers *below, enum volume_format format, int to)
{
	struct helper_request r = { .op = HELPER_CONVERT,
		.format = from->format,
		.lowest = below->lowest,
		.to = format,
		.layers = below->n };
	int fds[HELPER_FDS], ends[2], n = JOB_FDS, status;
	char words[JOB_WORDS];

	if (image_lend(to) < 0 || image_lend_all(from, below) < 0)
		return place_fail(op, from->name);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return place_fail(op, "pipe");
	memcpy(fds, (int[]){ ends[1], to, from->fd }, JOB_FDS * sizeof(int));
	for (unsigned i = 0; i < below->n; i++)
		fds[n++] = below->fd[i];
	status = job_run(op, &r, fds, (unsigned)n, ends[0], words);
	close(ends[0]);
	return status > 0 ? fail(op, status, words) : status;
}

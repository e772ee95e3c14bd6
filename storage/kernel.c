/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "storage/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/ref.h"
#include "lib/sandbox.h"
#include "storage/disk.h"
#include "storage/image_program.h"
#include "storage/job.h"

enum { WORDS, DISK, KERNEL, RAMDISK };

#define MAX_SECONDS 60 /* of a processor */
#define MAX_MEMORY ((rlim_t)256 << 20)
#define MAX_FILE (INT64_C(1) << 30) /* whatever was asked for */

/* ---- the process that reads the disk ---- */

static void
say(int words, const char *what, const char *why)
{
	(void)!write(words, what, strlen(what));
	(void)!write(words, ": ", 2);
	(void)!write(words, why, strlen(why));
	(void)!write(words, "\n", 1);
}

static int
take(const struct helper_file *f, const int *fds, int to)
{
	const char *why = disk_take(fds[DISK], f->path, f->max, to);

	if (why)
		say(fds[WORDS], *f->path ? f->path : "the disk", why);
	return why ? -1 : 0;
}

static int
limit(int what, rlim_t most)
{
	const struct rlimit r = { most, most };

	return setrlimit(what, &r);
}

static int
give_up(void)
{
	if (image_become_user() < 0)
		return -1;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing the user takes it away */
	if (limit(RLIMIT_CPU, MAX_SECONDS) < 0 || limit(RLIMIT_CORE, 0) < 0 ||
	    limit(RLIMIT_FSIZE, MAX_FILE) < 0 ||
	    limit(RLIMIT_AS, MAX_MEMORY) < 0)
		return -1;
	return sandbox_filter(SANDBOX_READER);
}

static _Noreturn void
run(const struct helper_request *r, const int *fds)
{
	helper_keep_only(fds, KERNEL_FDS);
	signal(SIGXFSZ, SIG_IGN);
	if (give_up() < 0) {
		say(fds[WORDS], "sandbox", strerror(errno));
		_exit(1);
	}
	if (take(&r->files[0], fds, fds[KERNEL]) < 0)
		_exit(1);
	if (*r->files[1].path && take(&r->files[1], fds, fds[RAMDISK]) < 0)
		_exit(1);
	_exit(0);
}

pid_t
kernel_start(const struct helper_request *r, const int *fds)
{
	pid_t pid = fork();

	if (pid == 0)
		run(r, fds);
	return pid;
}

/* ---- the worker ---- */

static char boot[4096];

void
kernel_prepare(const char *state)
{
	snprintf(boot, sizeof(boot), "%s/boot", state);
	(void)mkdir(boot, 0700);
}

/* NULL: raised, or no uuid. */
static const char *
file_of(const struct op *op, const char *suffix)
{
	struct ref uuid;
	const char *text = op_text(op, "vm_uuid", "");

	return uuid_parse(text, &uuid)
	    ? arena_printf(op->arena, "%s/%s.%s", boot, text, suffix)
	    : NULL;
}

static int
fail(struct op *op, const char *why)
{
	return op_fail(op, "BOOTLOADER_FAILED", op_text(op, "vm", ""), why,
	    NULL);
}

static int
open_fresh(const char *path)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static int64_t
most(const struct op *op, const char *name)
{
	int64_t max = op_int(op, name, 0);

	return max > 0 && max < MAX_FILE ? max : MAX_FILE;
}

static int
put_file(struct op *op, struct helper_file *f, const char *name,
    const char *max)
{
	const char *path = op_text(op, name, "");

	if (strlen(path) >= sizeof(f->path))
		return fail(op, "The path is too long");
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->max = most(op, max);
	return 0;
}

static int
take_out(struct op *op, const char *disk, const char *kernel,
    const char *ramdisk)
{
	struct helper_request r = { .op = HELPER_TAKE };
	CLEANUP_FD int from = open(disk, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FD int to = open_fresh(kernel);
	CLEANUP_FD int second = open_fresh(ramdisk);
	char words[JOB_WORDS];
	int ends[2], status;

	if (from < 0)
		return fail(op, strerror(errno));
	if (to < 0 || second < 0)
		return place_fail(op, boot);
	if (put_file(op, &r.files[0], "kernel", "kernel_max") < 0 ||
	    put_file(op, &r.files[1], "ramdisk", "ramdisk_max") < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return place_fail(op, "pipe");
	status = job_run(op, &r, (int[]){ ends[1], from, to, second },
	    KERNEL_FDS, ends[0], words);
	close(ends[0]);
	if (status <= 0)
		return status;
	return fail(op,
	    *words ? arena_strdup(op->arena, words)
		   : "What reads the disk has died");
}

int
kernel_take(struct op *op)
{
	const struct value *path = value_member(&op->result, "path");
	const char *served = value_text(&op->result, "served", "");
	const char *disk = path && path->kind == VALUE_STRING ? path->s : "";
	const char *kernel = file_of(op, "kernel");
	const char *ramdisk = file_of(op, "ramdisk");
	bool both = *op_text(op, "ramdisk", "");

	if (!kernel || !ramdisk)
		return op_fail(op, "UUID_INVALID", "VM",
		    op_text(op, "vm_uuid", ""), NULL);
	if (!*disk) /* simulated: it has no data */
		kernel = "";
	else if (take_out(op, disk, kernel, ramdisk) < 0)
		return -1;
	return op_answer(op,
	    (const struct value_member[]){
		{ "path", value_of_text(disk) },
		{ "format", value_of_text("raw") },
		{ "served", value_of_text(served) },
		{ "kernel", value_of_text(kernel) },
		{ "ramdisk", value_of_text(both && *disk ? ramdisk : "") },
	    },
	    5);
}

void
kernel_drop(const struct op *op)
{
	const char *kernel = file_of(op, "kernel");
	const char *ramdisk = file_of(op, "ramdisk");

	if (kernel)
		(void)unlink(kernel);
	if (ramdisk)
		(void)unlink(ramdisk);
}

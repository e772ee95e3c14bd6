/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who works for a disk, and before whom: the backend's threads, and where the
 * disk is an image its server. There are such threads from the moment on that
 * the guest has connected; before, nothing is to be done. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/cleanup.h"

/* (source: ioprio_set(2)) */
#define WHO_PROCESS 1
#define CLASS_SHIFT 13
#define MAX_LEVEL 7
#define KTHREADD 2

struct priority {
	struct op *op;
	int value; /* for the kernel; 0: none of its own */
	int set;   /* how many threads have it */
};

static int
read_priority(struct op *op, int *value_r)
{
	static const char *const classes[] = { "none", "rt", "best-effort",
		"idle" };
	const char *sched = op_text(op, "sched", "");
	int64_t level = op_int(op, "level", 4);

	for (int i = 0; i < 4 && level >= 0 && level <= MAX_LEVEL; i++) {
		if (strcmp(sched, classes[i]) != 0)
			continue;
		if (i == 0 || i == 3) /* these have no levels */
			level = 0;
		*value_r = i << CLASS_SHIFT | (int)level;
		return 0;
	}
	return op_fail(op, "INVALID_VALUE", "qos_algorithm_params", sched,
	    NULL);
}

/* One that has ended meanwhile needs none. */
static int
give(struct priority *p, long pid)
{
	if (syscall(SYS_ioprio_set, WHO_PROCESS, pid, p->value) == 0)
		p->set++;
	else if (errno != ESRCH)
		return op_fail_errno(p->op, "INTERNAL_ERROR", "ioprio_set");
	return 0;
}

/* ---- processes ---- */

static int
each_in(const char *folder, struct priority *p,
    int (*fn)(struct priority *p, long pid, const void *arg), const void *arg)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	int rc = 0;

	while (rc == 0 && d && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			rc = fn(p, atol(e->d_name), arg);
	if (d)
		closedir(d);
	return rc;
}

/* Its name, which may have anything in it, and its parent. */
static bool
look_at(long pid, char name[64], long *parent_r)
{
	char path[64], line[512], *begin, *end;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	begin = strchr(line, '(');
	end = strrchr(line, ')');
	if (!begin || !end || end < begin ||
	    sscanf(end, ") %*c %ld", parent_r) != 1)
		return false;
	*end = '\0';
	snprintf(name, 64, "%s", begin + 1);
	return true;
}

static int
give_thread(struct priority *p, long tid, const void *arg)
{
	(void)arg;
	return give(p, tid);
}

static int
give_process(struct priority *p, long pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/task", pid);
	return each_in(path, p, give_thread, NULL);
}

/* ---- the backend ---- */

/* "DOMID.xvda-0", with a number for each of its rings. */
static int
give_backend(struct priority *p, long pid, const void *arg)
{
	const char *begin = arg;
	char name[64];
	long parent;

	return look_at(pid, name, &parent) && parent == KTHREADD &&
		strncmp(name, begin, strlen(begin)) == 0
	    ? give(p, pid)
	    : 0;
}

/* ---- the server of an image ---- */

static int
give_child(struct priority *p, long pid, const void *arg)
{
	char name[64];
	long parent;

	return look_at(pid, name, &parent) && parent == *(const long *)arg
	    ? give_process(p, pid)
	    : 0;
}

/* The kernel names who has told it of the server: its keeper, whose children
 * have what it has. physical: "2b:0". */
static int
give_server(struct priority *p, const char *physical)
{
	unsigned major, minor;
	char path[64];
	long keeper;
	FILE *f;
	int n;

	if (sscanf(physical, "%x:%x", &major, &minor) != 2)
		return 0;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/pid", major, minor);
	f = fopen(path, "re");
	if (!f)
		return 0; /* no device of nbd */
	n = fscanf(f, "%ld", &keeper);
	fclose(f);
	if (n != 1 || keeper <= 1)
		return 0;
	return give_process(p, keeper) < 0
	    ? -1
	    : each_in("/proc", p, give_child, &keeper);
}

int
xl_priority(void *context, struct op *op)
{
	int devid = xl_disk_devid(op_text(op, "virtual", ""));
	struct priority p = { .op = op };
	const char *back, *pid, *device, *physical, *name;
	struct value_member threads;
	struct xl *x = context;
	uint32_t domid;

	if (read_priority(op, &p.value) < 0 || xl_need(x, op, &domid) < 0)
		return -1;
	if (devid < 0)
		return op_fail(op, "INVALID_DEVICE", op_text(op, "device", ""),
		    NULL);
	back = arena_printf(op->arena, "/local/domain/0/backend/vbd/%u/%d",
	    domid, devid);
	if (!back)
		return op_fail_nomem(op);
	/* Some backends say it themselves. */
	pid = xl_read(x, op, arena_printf(op->arena, "%s/kthread-pid", back));
	device = xl_read(x, op, arena_printf(op->arena, "%s/dev", back));
	physical =
	    xl_read(x, op, arena_printf(op->arena, "%s/physical-device", back));
	name = arena_printf(op->arena, "%u.%s-", domid, device ? device : "");
	if (pid && atol(pid) > 1 && give_process(&p, atol(pid)) < 0)
		return -1;
	if (!pid && device && name &&
	    each_in("/proc", &p, give_backend, name) < 0)
		return -1;
	if (physical && give_server(&p, physical) < 0)
		return -1;
	threads = (struct value_member){ "threads", value_of_int(p.set) };
	return op_answer(op, &threads, 1);
}

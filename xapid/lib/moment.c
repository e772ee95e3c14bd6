/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define VARIABLE "XAPID_MOMENTS"

static struct moment_file *file; /* NULL: no test */
static int worker_fd = -1;

static struct moment_file *
map(int fd)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return NULL;
	if (st.st_size < (off_t)sizeof(*file)) {
		errno = EINVAL;
		return NULL;
	}
	p = mmap(NULL, sizeof(*file), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	return p == MAP_FAILED ? NULL : p;
}

static int
open_in(const char *folder, const char *name)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

int
moments_open(void)
{
	const char *folder = getenv(VARIABLE);
	CLEANUP_FD int fd = -1;

	if (!folder || !*folder)
		return 0;
	fd = open_in(folder, "daemon");
	if (fd < 0)
		return -1;
	file = map(fd);
	if (!file)
		return -1;
	worker_fd = open_in(folder, "worker");
	return worker_fd < 0 ? -1 : 0;
}

const char *
moments_bequeath(void)
{
	if (worker_fd < 0)
		return NULL;
	return dup2(worker_fd, MOMENTS_FD) < 0 ? NULL : VARIABLE "=inherited";
}

void
moments_inherit(void)
{
	if (file || !getenv(VARIABLE))
		return;
	file = map(MOMENTS_FD);
	close(MOMENTS_FD);
}

static void
note(const char *name)
{
	uint32_t len = (uint32_t)strlen(name);
	uint32_t at = atomic_fetch_add(&file->used, len);

	if (at <= MOMENT_LOG - len)
		memcpy(file->log + at, name, len);
}

void
moment(const char *who, const char *what, const char *when)
{
	char name[MOMENT_NAME];
	uint32_t stands;
	size_t len;

	if (!file)
		return;
	snprintf(name, sizeof(name) - 1, "%s: %s %s", who, what, when);
	len = strlen(name);
	name[len] = '\n';
	name[len + 1] = '\0';
	note(name);
	name[len] = '\0';
	if (atomic_load(&file->skip) < 0 ||
	    (file->name[0] && strcmp(file->name, name) != 0))
		return;
	stands = atomic_load(&file->stands); /* before it may be taken back */
	if (atomic_fetch_sub(&file->skip, 1) != 0)
		return;
	atomic_fetch_add(&file->deaths, 1);
	if (stands == 0 || stands == MOMENT_STANDS)
		raise(stands ? SIGSTOP : SIGKILL);
	while (atomic_load(&file->stands) == MOMENT_WAITS)
		usleep(500);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/aside.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"
#include "lib/sandbox.h"
#include "network/names.h"
#include "network/network.h"

#define FOLDER "/run/xapid/dhcp"
#define END_MS 2000 /* until a client that was killed is gone */

enum lease_op { LEASE_START, LEASE_STOP, LEASE_NAMES };

struct request {
	enum lease_op op;
	bool way_out;
	char key[LEASE_KEY], interface[IFNAMSIZ], servers[LEASE_SERVERS];
};

static int line = -1; /* to the other of the two */

/* ---- its half: clients ---- */

/* Marks in their words: %i the interface, %s xapid-lease, %l a file for
 * leases, %w the variable for xapid-lease. */
static const struct client {
	const char *path;
	const char *words[16];
} clients[] = {
	{ "/sbin/dhclient",
	    { "-4", "-d", "-q", "--no-pid", "-sf", "%s", "-lf", "%l", "-e",
		"%w", "%i", NULL } },
	{ "/sbin/udhcpc", { "-f", "-i", "%i", "-s", "%s", NULL } },
};

static const struct client *
find_client(void)
{
	for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++)
		if (access(clients[i].path, X_OK) == 0)
			return &clients[i];
	errno = ENOENT;
	return NULL;
}

static void
path_of(const char *key, const char *end, char out[128])
{
	snprintf(out, 128, FOLDER "/%s%s", key, end);
}

struct running {
	pid_t pid;
	char interface[IFNAMSIZ];
	int way_out;
};

/* A process may have got the number of one that ended. */
static bool
is_client(pid_t pid)
{
	char path[64], chunk[2048];
	CLEANUP_FD int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, chunk, sizeof(chunk));
	return n > 0 &&
	    memmem(chunk, (size_t)n, LEASE_PROGRAM, strlen(LEASE_PROGRAM));
}

static bool
find_running(const char *key, struct running *out)
{
	CLEANUP_BYTES struct bytes b = { 0 };
	char path[128];
	const char *text;
	int pid;

	path_of(key, "", path);
	if (file_read(path, 4096, &b) < 0 || !(text = bytes_cstr(&b)) ||
	    sscanf(text, "%d %15s %d", &pid, out->interface, &out->way_out) !=
		3 ||
	    pid < 2 || !is_client(pid))
		return false;
	out->pid = pid;
	return true;
}

/* It gives nothing back: the lease may be wanted again. */
static int
stop(const char *key)
{
	const struct timespec a_moment = { .tv_nsec = 20000000 };
	char path[128];
	struct running r;

	for (int ms = 0; find_running(key, &r); ms += 20) {
		if (ms >= END_MS) {
			errno = EBUSY;
			return -1;
		}
		(void)kill(-r.pid, SIGKILL); /* and what it runs */
		(void)nanosleep(&a_moment, NULL);
	}
	path_of(key, "", path);
	return unlink(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* ---- its half: starting one ---- */

struct start {
	const struct client *client;
	const struct request *r;
	char program[PROC_PATH_BYTES], leases[128], variable[64];
};

static const char *
word(const struct start *s, const char *w)
{
	static const char marks[] = "islw";
	const char *const meant[] = { s->r->interface, s->program, s->leases,
		s->variable };
	const char *mark = w[0] == '%' ? strchr(marks, w[1]) : NULL;

	return mark ? meant[mark - marks] : w;
}

static int
note(const struct request *r)
{
	char path[128], text[64];
	int n = snprintf(text, sizeof(text), "%d %s %d\n", (int)getpid(),
	    r->interface, r->way_out);

	path_of(r->key, "", path);
	return file_write_atomic(path, text, (size_t)n, 0644);
}

/* In a process that is nobody's child. It answers only when something
 * failed. */
static void
become_client(const struct start *s)
{
	const char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C",
		s->variable, NULL };
	const char *argv[17] = { s->client->path };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (unsigned i = 0; s->client->words[i]; i++)
		argv[1 + i] = word(s, s->client->words[i]);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return;
	if (chdir("/") < 0 || note(s->r) < 0)
		return;
	execve(argv[0], (char *const *)(uintptr_t)argv,
	    (char *const *)(uintptr_t)env);
}

static _Noreturn void
detach(const struct start *s, int report)
{
	int error;

	(void)setsid();
	if (fork() != 0)
		_exit(0);
	(void)setsid(); /* a group of its own */
	become_client(s);
	error = errno;
	_exit(write(report, &error, sizeof(error)) < 0 ? 126 : 127);
}

static int
start(const struct request *r)
{
	struct start s = { .r = r, .client = find_client() };
	struct running now;
	int report[2], error = 0;
	pid_t pid;

	if (!s.client || file_make_dirs(FOLDER, 0755) < 0)
		return -1;
	if (find_running(r->key, &now) && now.way_out == r->way_out &&
	    strcmp(now.interface, r->interface) == 0)
		return 0;
	if (stop(r->key) < 0)
		return -1;
	(void)proc_own_program(LEASE_PROGRAM, s.program);
	path_of(r->key, ".leases", s.leases);
	snprintf(s.variable, sizeof(s.variable), LEASE_WAY_OUT "=%d",
	    r->way_out);
	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		detach(&s, report[1]);
	close(report[1]);
	if (pid < 0 || waitpid(pid, NULL, 0) < 0 ||
	    read(report[0], &error, sizeof(error)) != 0)
		error = error ? error : errno;
	close(report[0]);
	errno = error;
	return error ? -1 : 0;
}

/* ---- its half: requests ---- */

static bool
is_text(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

/* A key is the name of a card, and maybe a tag. */
static bool
is_key(const char *s)
{
	return is_text(s, LEASE_KEY) && *s && *s != '.' &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-") == strlen(s);
}

static int
carry_out(const struct request *r)
{
	errno = EINVAL;
	if (!is_text(r->interface, sizeof(r->interface)) ||
	    !is_text(r->servers, sizeof(r->servers)) || !is_key(r->key))
		return -1;
	if (r->op == LEASE_STOP)
		return stop(r->key);
	if (!network_is_name(r->interface))
		return -1;
	if (r->op == LEASE_START)
		return start(r);
	return r->op == LEASE_NAMES ? names_set(r->interface, r->servers) : -1;
}

static _Noreturn void
serve(void)
{
	struct request r;

	while (recv(line, &r, sizeof(r), 0) == (ssize_t)sizeof(r)) {
		int error = carry_out(&r) < 0 ? (errno ? errno : EIO) : 0;

		if (send(line, &error, sizeof(error), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0); /* the worker has ended */
}

/* ---- the worker's half ---- */

int
lease_open(void)
{
	pid_t pid = aside_split("xapid-lease", &line);

	if (pid == 0) {
		umask(022);
		if (sandbox_bound_capabilities(SANDBOX_CAP(CAP_NET_ADMIN) |
			SANDBOX_CAP(CAP_NET_RAW) |
			SANDBOX_CAP(CAP_NET_BIND_SERVICE)) < 0)
			_exit(1);
		serve();
	}
	return pid < 0 ? -1 : 0;
}

static int
ask(const struct request *r)
{
	int error = EPERM;

	if (line >= 0 &&
	    (send(line, r, sizeof(*r), MSG_NOSIGNAL) < 0 ||
		recv(line, &error, sizeof(error), 0) != sizeof(error)))
		error = EPIPE;
	errno = error;
	return error ? -1 : 0;
}

static struct request
about(enum lease_op op, const char *key, const char *interface)
{
	struct request r = { .op = op };

	snprintf(r.key, sizeof(r.key), "%s", key);
	snprintf(r.interface, sizeof(r.interface), "%s", interface);
	return r;
}

int
lease_start(const char *key, const char *interface, bool way_out)
{
	struct request r = about(LEASE_START, key, interface);

	r.way_out = way_out;
	return ask(&r);
}

int
lease_stop(const char *key)
{
	const struct request r = about(LEASE_STOP, key, "");

	return line < 0 ? 0 : ask(&r);
}

int
lease_names(const char *interface, const char *servers)
{
	struct request r = about(LEASE_NAMES, interface, interface);

	if (strlen(servers) >= sizeof(r.servers)) {
		errno = EINVAL;
		return -1;
	}
	snprintf(r.servers, sizeof(r.servers), "%s", servers);
	return ask(&r);
}

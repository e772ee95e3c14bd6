/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual TPMs without a guest: who asks swtpm here is the test. */
#include "domain/tpm/swtpm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base64.h"
#include "lib/cleanup.h"
#include "tests/lib/unit.h"

#define PATIENCE_MS 30000

static const char *state;
static struct arena *arena;

/* ---- operations that nobody asked for ---- */

static const char *uuid = "5f3c8d7a-1111-4222-8333-944445555666";

static struct op
new_op(void)
{
	return (struct op){ .arena = arena, .name = "create", .uuid = uuid };
}

static void
setup(void)
{
	state = unit_folder();
	arena = arena_new(0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(arena);
}

static void
teardown(void)
{
	struct op op = new_op();

	CU_ASSERT_EQUAL(swtpm_forget(&op, state), 0);
	(void)rmdir(unit_path("vtpm"));
	CU_ASSERT_EQUAL(access(unit_path("vtpm"), F_OK), -1); /* all is gone */
	arena_free(arena);
}

static bool
is_missing(void)
{
	if (unit_skip_under_valgrind("its child starts a program"))
		return true;
	if (swtpm_program())
		return false;
	unit_skip("swtpm is not installed");
	return true;
}

/* ---- what QEMU does ---- */

static int
ask(int fd, const void *request, size_t n, int pass)
{
	struct iovec iov = { (void *)(uintptr_t)request, n };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
		    .cmsg_level = SOL_SOCKET,
		    .cmsg_type = SCM_RIGHTS } };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	uint8_t answer[64] = { 1, 1, 1, 1 };

	if (pass >= 0) {
		memcpy(CMSG_DATA(&u.head), &pass, sizeof(pass));
		m.msg_control = &u;
		m.msg_controllen = sizeof(u);
	}
	if (sendmsg(fd, &m, MSG_NOSIGNAL) != (ssize_t)n ||
	    recv(fd, answer, sizeof(answer), 0) < 4)
		return -1;
	return memcmp(answer, "\0\0\0\0", 4) == 0 ? 0 : -1;
}

struct tpm {
	int control, data;
};

/* Hands it the channel of commands, and switches it on.
 * (source: swtpm_ioctls(3): CMD_SET_DATAFD 16, CMD_INIT 2) */
static struct tpm
switch_on(void)
{
	struct op op = new_op();
	const char *path = swtpm_socket(&op, state);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct tpm t = { .control = socket(AF_UNIX, SOCK_STREAM, 0) };
	int pair[2];

	CU_ASSERT_FATAL(path != NULL && strlen(path) < sizeof(a.sun_path));
	memcpy(a.sun_path, path, strlen(path));
	CU_ASSERT_FATAL(
	    connect(t.control, (struct sockaddr *)&a, sizeof(a)) == 0);
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CU_ASSERT_EQUAL(ask(t.control, "\0\0\0\x10", 4, pair[1]), 0);
	close(pair[1]);
	t.data = pair[0];
	CU_ASSERT_EQUAL(ask(t.control, "\0\0\0\2\0\0\0\0", 8, -1), 0);
	return t;
}

static void
switch_off(struct tpm t)
{
	close(t.data);
	close(t.control);
}

/* The code of the answer, whose rest is in out. */
static uint32_t
command(struct tpm t, const void *request, size_t n, uint8_t out[512])
{
	CU_ASSERT_EQUAL(send(t.data, request, n, MSG_NOSIGNAL), (ssize_t)n);
	CU_ASSERT_FATAL(recv(t.data, out, 512, 0) >= 10);
	return (uint32_t)out[6] << 24 | (uint32_t)out[7] << 16 |
	    (uint32_t)out[8] << 8 | out[9];
}

#define COMMAND(t, text, out) command((t), text, sizeof(text) - 1, (out))

/* TPM2_Startup(CLEAR), and a counter at 0x01000001 that the owner may use.
 * (source: TPM 2.0 Library, part 3) */
#define STARTUP "\x80\x01\0\0\0\x0c\0\0\x01\x44\0\0"
#define AUTH "\0\0\0\x09\x40\0\0\x09\0\0\0\0\0"
#define OWNER "\x40\0\0\x01"
#define COUNTER "\x01\0\0\x01"
#define DEFINE                                                                 \
	"\x80\x02\0\0\0\x2d\0\0\x01\x2a" OWNER AUTH "\0\0\0\x0e" COUNTER       \
	"\0\x0b\0\x02\0\x12\0\0\0\x08"
#define INCREMENT "\x80\x02\0\0\0\x1f\0\0\x01\x34" OWNER COUNTER AUTH
#define READ_IT "\x80\x02\0\0\0\x23\0\0\x01\x4e" OWNER COUNTER AUTH "\0\x08\0\0"

/* One more: what it counts then. */
static unsigned
count_on(struct tpm t)
{
	uint8_t out[512];

	CU_ASSERT_EQUAL(COMMAND(t, INCREMENT, out), 0);
	CU_ASSERT_EQUAL(COMMAND(t, READ_IT, out), 0);
	return out[23];
}

static unsigned
count(struct tpm t)
{
	uint8_t out[512];

	CU_ASSERT_EQUAL(COMMAND(t, STARTUP, out), 0);
	(void)COMMAND(t, DEFINE, out); /* it may be there */
	return count_on(t);
}

/* ---- tests ---- */

static const char *
one_life(const char *contents, unsigned counted)
{
	struct op op = new_op();
	const char *after = NULL;
	struct tpm t;

	CU_ASSERT_EQUAL_FATAL(swtpm_start(&op, state, contents), 0);
	CU_ASSERT_TRUE(swtpm_lives(&op, state));
	t = switch_on();
	CU_ASSERT_EQUAL(count(t), counted);
	switch_off(t);
	CU_ASSERT_EQUAL(swtpm_end(&op, state, PATIENCE_MS), 0);
	CU_ASSERT_FALSE(swtpm_lives(&op, state));
	CU_ASSERT_EQUAL(swtpm_contents(&op, state, &after), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(after);
	return after;
}

static void
test_next_life(void)
{
	const char *first, *second;

	if (is_missing())
		return;
	setup();
	first = one_life("", 1);
	second = one_life(first, 2);
	(void)one_life(second, 3);
	(void)one_life(first, 2); /* a copy goes on from where it was made */
	teardown();
}

static void
test_forgotten(void)
{
	struct op op;
	const char *contents = "";

	if (is_missing())
		return;
	setup();
	op = new_op();
	CU_ASSERT_EQUAL(swtpm_start(&op, state, ""), 0);
	CU_ASSERT_TRUE(swtpm_lives(&op, state));
	/* As a worker that follows one which died: in its place. */
	CU_ASSERT_EQUAL(swtpm_start(&op, state, ""), 0);
	CU_ASSERT_TRUE(swtpm_lives(&op, state));
	CU_ASSERT_EQUAL(swtpm_end(&op, state, 0), 0);
	CU_ASSERT_FALSE(swtpm_lives(&op, state));
	CU_ASSERT_EQUAL(swtpm_forget(&op, state), 0);
	CU_ASSERT_EQUAL(swtpm_contents(&op, state, &contents), 0);
	CU_ASSERT_PTR_NULL(contents);
	teardown();
}

/* A copy of a guest that runs has what its TPM knows by then. */
static void
test_asked_while_it_lives(void)
{
	struct op op;
	const char *now = NULL;
	struct tpm t;

	if (is_missing())
		return;
	setup();
	op = new_op();
	CU_ASSERT_EQUAL(swtpm_start(&op, state, ""), 0);
	t = switch_on();
	CU_ASSERT_EQUAL(count(t), 1);
	CU_ASSERT_EQUAL(swtpm_contents(&op, state, &now), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(now);
	CU_ASSERT_TRUE(swtpm_lives(&op, state));
	CU_ASSERT_EQUAL(count_on(t), 2);
	switch_off(t);
	CU_ASSERT_EQUAL(swtpm_end(&op, state, PATIENCE_MS), 0);
	(void)one_life(now, 2); /* as it was when it was asked */
	teardown();
}

#define LOOKS 20000

static void *
look_often(void *dead)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct op op = new_op();

	op.arena = a;
	for (int i = 0; a && i < LOOKS; i++)
		if (swtpm_lives(&op, state))
			*(bool *)dead = false;
	return NULL;
}

static void
test_looked_at_by_two(void)
{
	struct op op;
	bool dead[2] = { true, true };
	pthread_t thread[2];

	if (is_missing())
		return;
	setup();
	op = new_op();
	CU_ASSERT_EQUAL(swtpm_start(&op, state, ""), 0);
	CU_ASSERT_EQUAL(swtpm_end(&op, state, 0), 0);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL,
					  look_often, &dead[i]),
		    0);
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_TRUE(dead[i]);
	}
	teardown();
}

/* Its folder is its own: what it leaves there is looked at. */
static void
test_other_files(void)
{
	struct op op;
	char path[400], aside[400];
	const char *contents;

	if (is_missing())
		return;
	setup();
	op = new_op();
	CU_ASSERT_EQUAL(swtpm_start(&op, state, ""), 0);
	switch_off(switch_on());
	CU_ASSERT_EQUAL(swtpm_end(&op, state, PATIENCE_MS), 0);
	snprintf(path, sizeof(path), "%s/vtpm/%s/state", state, uuid);
	snprintf(aside, sizeof(aside), "%s/vtpm/%s/aside", state, uuid);
	CU_ASSERT_EQUAL(rename(path, aside), 0);
	CU_ASSERT_EQUAL(symlink("aside", path), 0);
	CU_ASSERT_EQUAL(swtpm_contents(&op, state, &contents), 0);
	CU_ASSERT_PTR_NULL(contents);
	(void)unlink(path);
	CU_ASSERT_EQUAL(link(aside, path), 0);
	CU_ASSERT_EQUAL(swtpm_contents(&op, state, &contents), 0);
	CU_ASSERT_PTR_NULL(contents);
	(void)unlink(path);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	CU_ASSERT_EQUAL(swtpm_contents(&op, state, &contents), 0);
	CU_ASSERT_PTR_NULL(contents);
	teardown();
}

static void
test_contents(void)
{
	static const char *const bad[] = { "!", "AAAA",
		"bm90IGEgdHBtIG5vdA==" };

	setup();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct op op = new_op();

		CU_ASSERT_EQUAL(swtpm_start(&op, state, bad[i]), -1);
		CU_ASSERT_STRING_EQUAL(op.error[0], "INVALID_VALUE");
		CU_ASSERT_FALSE(swtpm_lives(&op, state));
	}
	teardown();
}

static void
test_names(void)
{
	static const char *const bad[] = { "",
		"../../../../../../../../../../../x",
		"5f3c8d7a-1111-4222-8333-94444555566/" };

	setup();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct op op = new_op();

		op.uuid = bad[i];
		CU_ASSERT_EQUAL(swtpm_start(&op, state, ""), -1);
		CU_ASSERT_STRING_EQUAL(op.error[0], "UUID_INVALID");
	}
	teardown();
}

static void
test_base64(void)
{
	uint8_t in[64], out[64];
	char text[BASE64_CHARS(sizeof(in)) + 1];
	size_t n;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 37 + 200);
	for (size_t len = 0; len <= sizeof(in); len++) {
		base64_encode(in, len, text);
		CU_ASSERT_EQUAL(strlen(text), BASE64_CHARS(len));
		CU_ASSERT_EQUAL(base64_decode(text, strlen(text), out, &n), 0);
		CU_ASSERT_EQUAL(n, len);
		CU_ASSERT_EQUAL(memcmp(in, out, len), 0);
	}
}

UNIT_MAIN("swtpm",
    { "a TPM knows in its next life what it knew", test_next_life },
    { "one that lives is asked what it knows", test_asked_while_it_lives },
    { "one that has ended is found so by two at once", test_looked_at_by_two },
    { "one that nobody asks is ended and forgotten", test_forgotten },
    { "a TPM cannot have other files read", test_other_files },
    { "contents that no TPM has stored are refused", test_contents },
    { "a name that is no uuid leads nowhere", test_names },
    { "base64 comes back as it was", test_base64 })

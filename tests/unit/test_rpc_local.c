/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local socket. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/lib/talk.h"
#include "tests/lib/unit.h"

#define NOBODY 65534

static void
begin(void)
{
	wire_start(&w, WIRE_PLAIN, NULL, NULL);
	client_connect_local(&c, w.socket);
}

static void
test_calls(void)
{
	char want[64];

	begin();
	snprintf(want, sizeof(want), "|none||local|%d", (int)getuid());
	for (int i = 0; i < 20; i++) {
		reply_free(&r);
		client_call(&c, "caller", "", &r);
		CU_ASSERT(reply_is(&r, want));
	}
	reply_free(&r);
	client_call(&c, "twice", "", &r);
	CU_ASSERT(reply_is(&r, "woken"));
	reply_free(&r);
	client_call(&c, "big", "3000", &r);
	CU_ASSERT(r.len > 3000 * 1000);
	talk_end();
}

/* Each byte is a message of its own in the socket's buffer. */
static void
test_byte_by_byte(void)
{
	char fields[1024], *text;

	snprintf(fields, sizeof(fields), "X: %01018d\r\n", 0);
	text = call_text("echo", "slow", fields);
	begin();
	for (int i = 0; i < 2; i++) {
		for (char *p = text; *p; p++)
			client_send(&c, p, 1);
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(reply_is(&r, "slow"));
	}
	free(text);
	talk_end();
}

static void
test_leaving_while_parked(void)
{
	char *text = call_text("forever", "", "");

	begin();
	client_say(&c, text);
	CU_ASSERT(wire_wait(talk_one_parked, NULL));
	client_close(&c);
	CU_ASSERT(wire_wait(talk_none_parked, NULL));
	free(text);
	client_connect_local(&c, w.socket);
	talk_end();
}

/* In a child: 0 when a connection of another user is closed unanswered. */
static int
try_as_nobody(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	CLEANUP_FREE char *text = call_text("echo", "x", "");
	char buf[16];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(un.sun_path, w.socket);
	if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 1;
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		return 2;
	send(fd, text, strlen(text), MSG_NOSIGNAL);
	return recv(fd, buf, sizeof(buf), 0) > 0 ? 3 : 0;
}

/* ---- large replies ---- */

static bool
is_big(const struct reply *b, size_t n)
{
	return b->status == 200 && b->len > 1000 * n &&
	    strcmp(b->body + b->len - 17, "</methodResponse>") == 0;
}

static void
test_pipelined_big_replies(void)
{
	char *a = call_text("big", "3000", ""), *b = call_text("echo", "b", "");

	begin();
	for (int i = 0; i < 3; i++) {
		client_say(&c, a);
		client_say(&c, b);
	}
	for (int i = 0; i < 3; i++) {
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(is_big(&r, 3000));
		reply_free(&r);
		client_read(&c, &r);
		CU_ASSERT(reply_is(&r, "b"));
	}
	free(a), free(b);
	talk_end();
}

/* More than there are threads for them: the front sends the rest. */
static void
test_many_big_replies(void)
{
	char *text = call_text("big", "1000", "");
	struct client many[80];

	begin();
	for (int i = 0; i < 80; i++) {
		client_connect_local(&many[i], w.socket);
		client_say(&many[i], text);
	}
	for (int i = 0; i < 80; i++) {
		reply_free(&r);
		client_read(&many[i], &r);
		CU_ASSERT(is_big(&r, 1000));
		reply_free(&r);
		client_call(&many[i], "echo", "after", &r);
		CU_ASSERT(reply_is(&r, "after"));
		client_close(&many[i]);
	}
	free(text);
	talk_end();
}

static void
test_last_big_reply(void)
{
	char *text = call_text("big", "3000", "Connection: close\r\n");
	char value[256];

	begin();
	client_say(&c, text);
	client_read(&c, &r);
	CU_ASSERT(is_big(&r, 3000));
	CU_ASSERT_STRING_EQUAL(reply_header(&r, "Connection", value), "close");
	CU_ASSERT(client_sees_end(&c));
	free(text);
	talk_end();
}

static void
test_leaving_a_big_reply(void)
{
	char *text = call_text("big", "100000", "");

	begin();
	client_say(&c, text);
	CU_ASSERT(client_receive(&c));
	client_close(&c);
	CU_ASSERT(wire_wait(talk_all_finished, NULL));
	client_connect_local(&c, w.socket);
	client_say(&c, text);
	CU_ASSERT(client_receive(&c));
	free(text);
	talk_end(); /* which cuts it */
}

/* [A18] The file's mode keeps others out; should it not, their credentials
 * do. */
static void
test_other_users(void)
{
	struct stat st;
	char folder[108];
	int status = -1;
	pid_t pid;

	begin();
	CU_ASSERT_EQUAL(stat(w.socket, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	if (geteuid() == 0) {
		strcpy(folder, w.socket);
		*strrchr(folder, '/') = '\0';
		chmod(folder, 0755);
		chmod(w.socket, 0777);
		pid = fork();
		if (pid == 0)
			_exit(try_as_nobody());
		CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
		/* 2: some folder above is closed to nobody */
		CU_ASSERT(WIFEXITED(status));
		CU_ASSERT(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 2);
	}
	CU_ASSERT_EQUAL(toy_started(w.toy), 0);
	talk_end();
}

static void
test_socket_file(void)
{
	struct rpc_config config = { 0 };
	char path[108], err[256] = "";
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct rpc *second;
	int fd;

	begin();
	strcpy(path, w.socket);
	config.socket_path = path;
	second = rpc_start(&config, toy_service(w.toy), NULL, err, sizeof(err));
	CU_ASSERT_PTR_NULL(second);
	CU_ASSERT_PTR_NOT_NULL(strstr(err, path));
	reply_free(&r);
	client_call(&c, "echo", "still here", &r);
	CU_ASSERT(reply_is(&r, "still here"));
	talk_end();
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
	/* left over from a crash */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(un.sun_path, path);
	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	close(fd);
	begin();
	reply_free(&r);
	client_call(&c, "echo", "again", &r);
	CU_ASSERT(reply_is(&r, "again"));
	talk_end();
}

UNIT_MAIN("rpc_local", { "calls are answered on the local socket", test_calls },
    { "a client may write byte by byte", test_byte_by_byte },
    { "a client that leaves while its call is parked is noticed",
	test_leaving_while_parked },
    { "large replies to pipelined calls are whole",
	test_pipelined_big_replies },
    { "80 large replies at a time are whole", test_many_big_replies },
    { "a large reply that is the last is whole", test_last_big_reply },
    { "a client may leave in the middle of a large reply",
	test_leaving_a_big_reply },
    { "other users are not answered [A18]", test_other_users },
    { "the socket's file is not taken from another, nor left behind",
	test_socket_file })

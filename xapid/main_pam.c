/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks PAM one question for the daemon, see pam_program.h. Started for each
 * login, killed at its deadline: a module that hangs or crashes harms nobody
 * else. */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "access/pam_program.h"

#define SERVICE "xapid"

struct texts {
	const char *user, *password, *new_;
};

static int
say(int status, const char *why)
{
	puts(why);
	return status;
}

/* All of standard input; the last byte read must be a NUL. */
static int
read_input(char *buf, size_t size, size_t *len_r)
{
	size_t len = 0;
	ssize_t n;

	while (
	    len < size && (n = read(STDIN_FILENO, buf + len, size - len)) > 0)
		len += (size_t)n;
	*len_r = len;
	return len > 0 && buf[len - 1] == '\0' ? 0 : -1;
}

/* The next text, or NULL at the end. */
static const char *
next_text(const char **p, const char *end)
{
	const char *s = *p;

	if (s >= end)
		return NULL;
	*p = s + strlen(s) + 1;
	return s;
}

/* ---- what PAM asks ---- */

/* While a password is changed, the old one is asked for first; when the prompt
 * does not tell, PAM_OLDAUTHTOK being set does. */
static const char *
answer_to(const struct pam_message *m, const struct texts *t)
{
	if (m->msg_style == PAM_PROMPT_ECHO_ON)
		return t->user;
	if (m->msg_style != PAM_PROMPT_ECHO_OFF)
		return NULL;
	if (t->new_ && m->msg && strcasestr(m->msg, "new"))
		return t->new_;
	return t->password;
}

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **responses_r, void *arg)
{
	struct pam_response *all;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	all = calloc((size_t)n, sizeof(*all));
	if (!all)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		const char *answer = answer_to(messages[i], arg);

		all[i].resp = answer ? strdup(answer) : NULL;
	}
	*responses_r = all;
	return PAM_SUCCESS;
}

/* The daemon decides how long a refusal takes. */
static void
no_delay(int status, unsigned usec, void *arg)
{
	(void)status;
	(void)usec;
	(void)arg;
}

/* ---- the questions ---- */

static int
check(pam_handle_t *pam)
{
	int r = pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);

	return r == PAM_SUCCESS ? pam_acct_mgmt(pam, PAM_SILENT) : r;
}

static int
ask(struct texts *t)
{
	const struct pam_conv conv = { converse, t };
	const char *new_ = t->new_;
	pam_handle_t *pam = NULL;
	int r = pam_start(SERVICE, t->user, &conv, &pam);

	if (r != PAM_SUCCESS)
		return say(PAM_BROKEN, "PAM cannot be started");
	(void)pam_set_item(pam, PAM_FAIL_DELAY, (const void *)no_delay);
	t->new_ = NULL;
	r = check(pam);
	t->new_ = new_;
	if (r == PAM_SUCCESS && new_)
		r = pam_chauthtok(pam, PAM_SILENT);
	if (r != PAM_SUCCESS)
		puts(pam_strerror(pam, r));
	pam_end(pam, r);
	return r == PAM_SUCCESS ? PAM_YES : PAM_NO;
}

int
main(int argc, char **argv)
{
	static char input[PAM_INPUT_MAX];
	struct texts t = { 0 };
	const char *p = input;
	size_t len;

	(void)prctl(PR_SET_DUMPABLE, 0);
	if (argc != 2 || read_input(input, sizeof(input), &len) < 0)
		return say(PAM_BROKEN, "not to be run by people");
	t.user = next_text(&p, input + len);
	t.password = next_text(&p, input + len);
	t.new_ = next_text(&p, input + len);
	if (!t.password || (strcmp(argv[1], "change") == 0) != !!t.new_)
		return say(PAM_BROKEN, "the question is incomplete");
	return ask(&t);
}

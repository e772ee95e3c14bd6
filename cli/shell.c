/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/shell.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_LIBEDIT
#include <histedit.h>
#endif

#include "cli/complete.h"
#include "cli/help.h"
#include "cli/link.h"
#include "cli/run.h"
#include "lib/cleanup.h"

#define WORDS_MAX 256
#define HISTORY_LINES 1000

static const struct options *base; /* of every command */

/* ---- a line as words ---- */

struct words {
	char *text; /* malloc'd; the words point into it */
	char *argv[WORDS_MAX + 2];
	int argc;  /* with argv[0], "xe" */
	bool open; /* a quote was not closed */
};

static void
words_free(struct words *w)
{
	if (w->text)
		explicit_bzero(w->text, strlen(w->text));
	free(w->text);
}

/* One word to *out; quotes as in sh, but nothing is expanded. */
static const char *
take_word(const char *p, char **out, bool *open_r)
{
	char quote = '\0';

	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote && *p == quote)
			quote = '\0';
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == '\\' && quote != '\'' && p[1])
			*(*out)++ = *++p;
		else
			*(*out)++ = *p;
	}
	*(*out)++ = '\0';
	*open_r = quote != '\0';
	return p;
}

static int
split(const char *line, struct words *w)
{
	char *out;

	*w = (struct words){ .argc = 1 };
	w->argv[0] = (char *)(uintptr_t) "xe";
	w->text = out = malloc(2 * strlen(line) + 2);
	if (!out)
		return -1;
	for (;;) {
		line += strspn(line, " \t\n");
		if (!*line || w->argc > WORDS_MAX)
			break;
		w->argv[w->argc++] = out;
		line = take_word(line, &out, &w->open);
	}
	return 0;
}

/* ---- one command ---- */

/* What was given with xe itself counts for each command. */
static void
inherit(struct options *o)
{
	if (!o->password && !o->password_file) {
		o->username = base->username;
		o->password = base->password;
	}
	o->no_verify |= base->no_verify;
	o->nossl |= base->nossl;
	o->debug |= base->debug;
	if (strcmp(o->server, "127.0.0.1") == 0)
		o->server = base->server;
	if (!o->port)
		o->port = base->port;
	if (o->output == OUTPUT_TEXT)
		o->output = base->output;
}

static int
run_words(struct words *w)
{
	struct options o;
	int status = 1;

	if (options_read(&o, w->argc, w->argv) < 0)
		return 1;
	inherit(&o);
	if (o.nargs > 0)
		status = run_command(&o);
	else
		options_usage();
	options_free(&o);
	return status;
}

/* ---- history ---- */

/* What should be read by nobody else is not kept. */
static bool
is_secret(const char *line)
{
	static const char *const words[] = { "password", "secret", "-pw",
		"private-key", "chappassword", "token" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(line, words[i]))
			return true;
	return false;
}

static char *
history_path(void)
{
	const char *home = getenv("HOME");
	char *path;

	if (!home || !*home || asprintf(&path, "%s/.xe_history", home) < 0)
		return NULL;
	return path;
}

static bool
is_end(const char *line)
{
	size_t n = strcspn(line, " \t\n");

	return (n == 4 && strncmp(line, "exit", n) == 0) ||
	    (n == 4 && strncmp(line, "quit", n) == 0);
}

static void
greet(const struct options *o)
{
	printf("xe at %s. Tab completes, help lists the commands, exit "
	       "leaves.\n",
	    link_is_local(o) ? "this host" : o->server);
}

#ifdef HAVE_LIBEDIT

/* ---- completion ---- */

static const char *
prompt(EditLine *el)
{
	(void)el;
	return "xe> ";
}

struct answers {
	char *text, *lines[2048];
	size_t n, size;
};

static void
answers_free(struct answers *a)
{
	free(a->text);
}

/* What the last of the words may become. */
static void
ask(struct words *w, struct answers *a)
{
	FILE *to = open_memstream(&a->text, &a->size);
	struct options o = *base;
	char *rest, *line;

	if (!to)
		return;
	(void)complete_run(&o, (const char *const *)w->argv + 1,
	    (size_t)w->argc - 1, to);
	fclose(to);
	rest = a->text;
	while (a->n < 2047 && (line = strsep(&rest, "\n")))
		if (*line)
			a->lines[a->n++] = line;
}

/* How far all of them are the same. */
static size_t
common(const struct answers *a)
{
	size_t n = strlen(a->lines[0]);

	for (size_t i = 1; i < a->n; i++) {
		size_t j = 0;

		while (j < n && a->lines[i][j] == a->lines[0][j])
			j++;
		n = j;
	}
	return n;
}

/* Text as a part of the line: a space in it is quoted. */
static int
insert(EditLine *el, const char *text, size_t n)
{
	char one[3];

	for (size_t i = 0; i < n; i++) {
		bool quoted = strchr(" \t'\"\\", text[i]) != NULL;

		snprintf(one, sizeof(one), "%s%c", quoted ? "\\" : "", text[i]);
		if (el_insertstr(el, one) < 0)
			return CC_ERROR;
	}
	return CC_REFRESH;
}

static void
show(const struct answers *a)
{
	size_t width = 0, across;

	for (size_t i = 0; i < a->n; i++)
		if (strlen(a->lines[i]) > width)
			width = strlen(a->lines[i]);
	across = 80 / (width + 2) ? 80 / (width + 2) : 1;
	putchar('\n');
	for (size_t i = 0; i < a->n && i < 200; i++)
		printf("%-*s%s", (int)width + 2, a->lines[i],
		    i % across == across - 1 || i == a->n - 1 ? "\n" : "");
	if (a->n > 200)
		printf("... and %zu more\n", a->n - 200);
	fflush(stdout);
}

static unsigned char
complete(EditLine *el, int ch)
{
	const LineInfo *li = el_line(el);
	CLEANUP_FREE char *line =
	    strndup(li->buffer, (size_t)(li->cursor - li->buffer));
	__attribute__((cleanup(words_free))) struct words w = { 0 };
	__attribute__((cleanup(answers_free))) struct answers a = { 0 };
	size_t len, have;
	bool fresh;

	(void)ch;
	if (!line || split(line, &w) < 0)
		return CC_ERROR;
	len = strlen(line);
	fresh = len == 0 || (strchr(" \t", line[len - 1]) && !w.open);
	if (fresh && w.argc <= WORDS_MAX)
		w.argv[w.argc++] = (char *)(uintptr_t) "";
	have = strlen(w.argv[w.argc - 1]);
	ask(&w, &a);
	if (a.n == 0)
		return CC_ERROR;
	if (a.n == 1) {
		const char *end = a.lines[0] + strlen(a.lines[0]) - 1;
		int r =
		    insert(el, a.lines[0] + have, strlen(a.lines[0]) - have);

		if (!strchr("=:/", *end))
			el_insertstr(el, " ");
		return (unsigned char)r;
	}
	if (common(&a) > have)
		return (unsigned char)insert(el, a.lines[0] + have,
		    common(&a) - have);
	show(&a);
	return CC_REDISPLAY;
}

/* ---- reading lines ---- */

static volatile sig_atomic_t stopped;

static void
note_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Ctrl-C at the prompt drops the line; during a command it is the command's
 * (talk.c). */
static void
catch_at_prompt(void)
{
	struct sigaction sa = { .sa_handler = note_stop };

	sigaction(SIGINT, &sa, NULL);
	stopped = 0;
}

static int
read_lines(EditLine *el, History *h)
{
	HistEvent ev;
	const char *line;
	int n, status = 0;

	for (;;) {
		struct words w;

		catch_at_prompt();
		line = el_gets(el, &n);
		if (!line || n <= 0) {
			if (!stopped)
				break;
			el_reset(el);
			putchar('\n');
			continue;
		}
		if (!line[strspn(line, " \t\n")])
			continue;
		if (is_end(line))
			return status;
		if (!is_secret(line))
			history(h, &ev, H_ENTER, line);
		if (split(line, &w) == 0 && !w.open)
			status = run_words(&w);
		else
			complain("a quote is not closed");
		words_free(&w);
		fflush(stdout);
	}
	putchar('\n');
	return status;
}

static void
load_history(History *h, const char *path)
{
	HistEvent ev;

	history(h, &ev, H_SETSIZE, HISTORY_LINES);
	history(h, &ev, H_SETUNIQUE, 1);
	if (path)
		history(h, &ev, H_LOAD, path);
}

static void
save_history(History *h, const char *path)
{
	HistEvent ev;
	mode_t mask = umask(077);

	if (path && history(h, &ev, H_SAVE, path) < 0)
		complain("%s cannot be written", path);
	umask(mask);
}

static int
read_and_run(void)
{
	CLEANUP_FREE char *path = history_path();
	EditLine *el = el_init("xe", stdin, stdout, stderr);
	History *h = history_init();
	int status = 1;

	if (el && h) {
		load_history(h, path);
		el_set(el, EL_PROMPT, prompt);
		el_set(el, EL_EDITOR, "emacs");
		el_set(el, EL_HIST, history, h);
		el_set(el, EL_ADDFN, "xe-complete", "complete", complete);
		el_set(el, EL_BIND, "^I", "xe-complete", NULL);
		el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
		el_source(el, NULL);
		status = read_lines(el, h);
		save_history(h, path);
	}
	if (h)
		history_end(h);
	if (el)
		el_end(el);
	return status;
}

#else /* no libedit */

static int
read_and_run(void)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	int status = 0;

	for (;;) {
		struct words w;

		printf("xe> ");
		fflush(stdout);
		if (getline(&line, &size, stdin) < 0 || is_end(line))
			return status;
		if (!line[strspn(line, " \t\n")])
			continue;
		if (split(line, &w) == 0 && !w.open)
			status = run_words(&w);
		else
			complain("a quote is not closed");
		words_free(&w);
	}
}

#endif

int
shell_run(struct options *o)
{
	if (run_get_password(o) < 0)
		return 1;
	base = o;
	greet(o);
	return read_and_run();
}

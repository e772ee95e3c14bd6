/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A main for fuzz targets where there is no fuzzing engine: gives the target
 * every file of its corpus, and of each some shortened and some damaged
 * copies, always the same ones. So every target is an ordinary test. */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (4 * 1024 * 1024) /* bytes */
#define CUTS 16
#define FLIPS 32

/* What is tried now, for whoever reads about a crash. */
static char doing[512];

static void
say_doing(void)
{
	ssize_t r = write(STDOUT_FILENO, doing, strlen(doing));

	(void)r;
}

static void
on_crash(int signo)
{
	say_doing();
	signal(signo, SIG_DFL);
	raise(signo);
}

/* Of the sanitizers, which take the signals for themselves. */
void __sanitizer_set_death_callback(void (*fn)(void)) __attribute__((weak));

/* The copy has exactly its size, so that a read past its end is seen. */
static void
try_input(const char *path, const char *how, size_t n, const uint8_t *data,
    size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	snprintf(doing, sizeof(doing), "# with %s, %s %zu\n", path, how, n);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
try_all(const char *path, uint8_t *data, size_t size)
{
	uint64_t x = size + 1; /* a linear congruential generator */

	try_input(path, "whole, bytes", size, data, size);
	for (size_t i = 0; i < CUTS && i < size; i++) {
		size_t n = size * i / CUTS;

		try_input(path, "cut to", n, data, n);
	}
	for (size_t i = 0; i < FLIPS && size > 0; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		size_t bit = (x >> 16) % (size * 8);

		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		try_input(path, "with flipped bit", bit, data, size);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* False when it cannot be read. */
static bool
try_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX);
	bool ok = f && data;

	if (ok) {
		size_t size = fread(data, 1, INPUT_MAX, f);

		ok = !ferror(f) && feof(f);
		if (ok)
			try_all(path, data, size);
	}
	if (!ok)
		printf("# cannot read %s\n", path);
	if (f)
		fclose(f);
	free(data);
	return ok;
}

static int
not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* The number of files, or -1 when one could not be read. */
static int
try_folder(const char *folder)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, not_hidden, alphasort);
	int done = 0;
	char path[4096];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (done >= 0)
			done = try_file(path) ? done + 1 : -1;
		free(names[i]);
	}
	free(names);
	return n < 0 ? -1 : done;
}

int
main(int argc, char **argv)
{
	int n;

	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	if (__sanitizer_set_death_callback) {
		__sanitizer_set_death_callback(say_doing);
	} else {
		signal(SIGABRT, on_crash);
		signal(SIGSEGV, on_crash);
	}
	n = try_folder(argv[1]);
	printf("%sok 1 - survives its corpus (%d files) and damaged copies\n",
	    n > 0 ? "" : "not ", n);
	return n > 0 ? 0 : 1;
}

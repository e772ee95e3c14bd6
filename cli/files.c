/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/files.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "model/cli_words.h"

/* Parameters whose value is a file of this machine. */
static const char *const file_params[] = { "filename", "file-name",
	"license-file", "certificate", "private-key", "certificate-chain",
	"certificate-file" };

bool
files_is_param(const char *name)
{
	for (size_t i = 0; i < sizeof(file_params) / sizeof(file_params[0]);
	     i++)
		if (strcmp(file_params[i], name) == 0)
			return true;
	return false;
}

static bool
is_file_param(const char *arg, const char **value_r)
{
	for (size_t i = 0; i < sizeof(file_params) / sizeof(file_params[0]);
	     i++) {
		size_t n = strlen(file_params[i]);

		if (strncmp(arg, file_params[i], n) == 0 && arg[n] == '=') {
			*value_r = arg + n + 1;
			return true;
		}
	}
	return false;
}

static int
check_upload(const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return 0;
	if (stat(path, &st) < 0 || access(path, R_OK) < 0) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		complain("%s: %s", path, strerror(EISDIR));
		return -1;
	}
	return 0;
}

static int
check_download(const char *path)
{
	CLEANUP_FREE char *copy = NULL;
	struct stat st;

	if (!*path || strcmp(path, "-") == 0)
		return 0;
	if (lstat(path, &st) == 0) {
		complain("%s: %s", path, strerror(EEXIST));
		return -1;
	}
	copy = strdup(path);
	if (!copy || access(dirname(copy), W_OK | X_OK) < 0) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

int
files_check(const struct options *o)
{
	const struct cli_command *c =
	    o->nargs > 0 ? cli_command_find(o->args[0]) : NULL;
	const char *path;

	if (!c || !(c->flags & (CLI_UPLOAD | CLI_DOWNLOAD)))
		return 0;
	for (size_t i = 1; i < o->nargs; i++) {
		if (!is_file_param(o->args[i], &path))
			continue;
		if (c->flags & CLI_UPLOAD ? check_upload(path) < 0
					  : check_download(path) < 0)
			return -1;
	}
	return 0;
}

/* ---- what the server asks for ---- */

static bool
is_named(const struct options *o, const char *name, bool longer)
{
	for (size_t i = 1; i < o->nargs; i++) {
		const char *equals = strchr(o->args[i], '=');
		size_t n;

		if (!equals || !equals[1])
			continue;
		n = strlen(equals + 1);
		if (strcmp(equals + 1, name) == 0)
			return true;
		if (longer && strncmp(equals + 1, name, n) == 0 &&
		    !strchr(name + n, '/'))
			return true;
	}
	return false;
}

static bool
refuse(const char *name)
{
	complain("the server asks for the file %s, which the command does not "
		 "name",
	    name);
	return false;
}

/* vm-import of a folder's ova.xml asks for the folder. */
static bool
is_folder_of_named(const struct options *o, const char *name)
{
	const char *path = options_param(o, "filename");
	size_t n = strlen(name);

	return path && n > 0 && strncmp(path, name, n) == 0 &&
	    strcasecmp(path + n, "ova.xml") == 0;
}

bool
files_may_read(const struct options *o, const char *name)
{
	return is_named(o, name, false) || is_folder_of_named(o, name) ||
	    refuse(name);
}

bool
files_may_write(const struct options *o, const char *name)
{
	const char *path;
	bool any = false;

	if (!*name || is_named(o, name, true))
		return true;
	for (size_t i = 1; i < o->nargs; i++)
		any |= is_file_param(o->args[i], &path);
	if (!any && !strchr(name, '/') && name[0] != '.')
		return true;
	return refuse(name);
}

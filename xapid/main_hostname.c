/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "main_hostname.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

#define FILE_NAME "/etc/hostname"

static bool
is_name(const char name[PRIV_NAME_BYTES])
{
	size_t len = strnlen(name, PRIV_NAME_BYTES);

	return len > 0 && len < PRIV_NAME_BYTES && name[0] != '-' &&
	    name[len - 1] != '-' &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-.") == len;
}

int
hostname_requested(const struct priv_config *config,
    const char name[PRIV_NAME_BYTES])
{
	char line[PRIV_NAME_BYTES + 1];

	if (!is_name(name)) {
		errno = EINVAL;
		return -1;
	}
	if (!config->real) {
		errno = EPERM;
		return -1;
	}
	snprintf(line, sizeof(line), "%s\n", name);
	if (file_write_atomic(FILE_NAME, line, strlen(line), 0644) < 0)
		return -1;
	return sethostname(name, strlen(name));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Device models that libxl forgets: one that was about to be when its domain's
 * creation was aborted is not in xenstore yet, so nobody ends it, and the
 * domain's memory stays as long as it does. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/bytes.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

#define ARGUMENTS_MAX 65536

/* Whether the process was started with "-xen-domid", DOMID. */
static bool
is_model_of(const char *pid, const char *domid)
{
	CLEANUP_BYTES struct bytes args = { 0 };
	char path[64];
	bool named = false;

	snprintf(path, sizeof(path), "/proc/%.20s/cmdline", pid);
	if (file_read(path, ARGUMENTS_MAX, &args) < 0 || !bytes_cstr(&args))
		return false;
	for (const char *p = args.p, *end = p + args.len; p < end;
	     p += strlen(p) + 1) {
		if (named && strcmp(p, domid) == 0)
			return true;
		named = strcmp(p, "-xen-domid") == 0;
	}
	return false;
}

/* The process is taken hold of before it is looked at: its number may be
 * another's by then. */
static void
end_model(const char *pid, const char *domid)
{
	CLEANUP_FD int process = (int)syscall(SYS_pidfd_open, atoi(pid), 0);

	if (process < 0 || !is_model_of(pid, domid))
		return;
	log_warn("domain %s is gone and its device model %s is not: killed",
	    domid, pid);
	(void)syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
}

void
xl_model_end(uint32_t domid)
{
	DIR *all = opendir("/proc");
	struct dirent *e;
	char text[16];

	snprintf(text, sizeof(text), "%u", domid);
	while (all && (e = readdir(all)))
		if (isdigit((unsigned char)e->d_name[0]))
			end_model(e->d_name, text);
	if (all)
		closedir(all);
}

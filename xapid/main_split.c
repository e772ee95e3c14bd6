/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What needs the rights of who started us: the daemon's user, its state folder
 * and its ports; then it becomes that user. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "main_daemon.h"

static int
choose_user(struct daemon *d)
{
	const char *name = d->options.user;
	struct sandbox_user *user = &d->priv.user;
	char err[256];

	if (geteuid() != 0)
		return 0;
	if (sandbox_find_user(name ? name : "xapid", user) < 0) {
		if (name) {
			snprintf(err, sizeof(err), "--user %s: %s", name,
			    errno == ENOENT ? "no such user" : strerror(errno));
			return main_complain(err);
		}
		log_warn("there is no user xapid: the daemon stays root, "
			 "without its capabilities");
	}
	if (user->uid == 0)
		user->name = NULL;
	return 0;
}

static const struct sandbox_user *new_owner;

static int
give_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return lchown(path, new_owner->uid, new_owner->gid);
}

/* A state folder of root's, fresh or of a time when the daemon was root. While
 * it belongs to root nobody else can have put anything there. */
static int
give_state(struct daemon *d)
{
	const char *dir = d->options.core.state_dir;
	struct stat st;
	char err[512];

	new_owner = &d->priv.user;
	if (!new_owner->name)
		return 0;
	if (stat(dir, &st) == 0 &&
	    (st.st_uid != 0 || nftw(dir, give_file, 16, FTW_PHYS) == 0))
		return 0;
	snprintf(err, sizeof(err), "%s: %s", dir, strerror(errno));
	return main_complain(err);
}

static int
open_sockets(struct daemon *d)
{
	const struct options *o = &d->options;
	char err[512];

	d->wire = (struct rpc_config){
		.listen = o->listen,
		.nlisten = o->nlisten,
		.socket_path = o->socket_path,
		.sockets = &d->sockets,
		.max_connections = o->max_connections,
		.max_per_address = o->max_per_address,
	};
	if (rpc_listen(&d->wire, &d->sockets, err, sizeof(err)) < 0)
		return main_complain(err);
	if (d->priv.user.name && o->socket_path)
		return chown(o->socket_path, d->priv.user.uid, (gid_t)-1);
	return 0;
}

/* In the parent. */
static void
close_sockets(void *arg)
{
	struct daemon *d = arg;

	rpc_sockets_close(&d->sockets);
}

int
main_split(struct daemon *d)
{
	const struct core_config *config = &d->options.core;
	char err[256];

	d->priv.state_dir = config->state_dir;
	d->priv.max_memory = d->options.max_memory;
	d->priv.real = strcmp(config->backend, "libxl") == 0;
	d->priv.plugin_dirs = config->plugin_dirs;
	d->priv.extension_dirs = config->extension_dirs;
	d->priv.stopping = close_sockets;
	d->priv.arg = d;
	if (choose_user(d) < 0 || give_state(d) < 0 || open_sockets(d) < 0)
		return -1;
	if (priv_start(&d->priv) == 0)
		return 0;
	snprintf(err, sizeof(err),
	    "cannot start the daemon's process with the rights that it is to "
	    "have: %s",
	    strerror(errno));
	return main_complain(err);
}

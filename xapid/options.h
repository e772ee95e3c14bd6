/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line and the configuration file: the same names, long options
 * as --name VALUE, the file as "name = value" lines. */
#ifndef XAPID_OPTIONS_H
#define XAPID_OPTIONS_H

#include "call/core.h"
#include "lib/log.h"
#include "rpc/rpc.h"

#define OPTIONS_MAX_LISTEN 16

enum options_action {
	ACTION_SERVE,
	ACTION_CHECK_DB,  /* --check-db */
	ACTION_REPAIR_DB, /* --repair */
	ACTION_RESTORE,   /* --restore FILE */
	ACTION_BACKUP,    /* --backup FILE */
	ACTION_HELP,
	ACTION_VERSION,
};

struct options {
	struct core_config core;
	enum options_action action;
	const char *file; /* of --restore and --backup */
	const char *config_file;
	const char *user; /* whom a daemon started by root becomes; or NULL */
	const char *socket_path;
	struct rpc_listen listen[OPTIONS_MAX_LISTEN];
	unsigned nlisten;
	const char *certificate; /* default: state_dir/xapid.pem */
	const char *log_target;
	enum log_level log_level;
	unsigned sim_hosts, sim_vms;
	unsigned max_connections, max_per_address;
	uint64_t max_memory; /* bytes, of the daemon; 0: no limit */
	bool foreground;
};

/* Defaults, then the file, then the arguments. Strings live as long as argv
 * and the process. -1: one sentence in err that names the option. */
int options_read(struct options *o, int argc, char **argv, char *err,
    size_t err_size);
void options_help(void);

#endif

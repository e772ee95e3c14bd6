# SPDX-License-Identifier: LGPL-2.1-or-later

bin_PROGRAMS += cli/xe
cli_xe_SOURCES = \
	cli/apply.c \
	cli/apply.h \
	cli/apply_plan.c \
	cli/apply_private.h \
	cli/apply_vm.c \
	cli/complete.c \
	cli/complete.h \
	cli/console.c \
	cli/console.h \
	cli/files.c \
	cli/files.h \
	cli/help.c \
	cli/help.h \
	cli/link.c \
	cli/link.h \
	cli/obey.c \
	cli/options.c \
	cli/options.h \
	cli/output.c \
	cli/output.h \
	cli/run.c \
	cli/run.h \
	cli/shell.c \
	cli/shell.h \
	cli/talk.c \
	cli/talk.h \
	cli/talk_private.h \
	cli/transfer.c \
	cli/transfer.h \
	cli/trust.c \
	cli/trust.h \
	cli/xe.c
# No more of what the daemon needs than this: it starts the faster.
cli_xe_LDADD = libxapidmodel.a libxapidlib.a $(XE_LIBS) $(EDIT_LIBS)

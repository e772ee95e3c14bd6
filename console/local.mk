# SPDX-License-Identifier: LGPL-2.1-or-later

console_parts = \
	console/consoles.h \
	console/history.c \
	console/log.c

pkglibexec_PROGRAMS += console/xapid-console
console_xapid_console_SOURCES = \
	$(console_parts) \
	console/serve.c \
	console/sim.c \
	console/sim_picture.c \
	console/sim_screen.c \
	console/sim_screen.h \
	console/worker.c
console_xapid_console_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)

if LIBXL
console_xapid_console_SOURCES += console/xen.c
console_xapid_console_CPPFLAGS = $(AM_CPPFLAGS) $(LIBXL_CFLAGS)
console_xapid_console_LDADD += -lxenstore
endif

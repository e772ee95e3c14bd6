# SPDX-License-Identifier: LGPL-2.1-or-later

EXTRA_DIST += \
	packaging/systemd/xapid.service.in \
	packaging/systemd/xapid.sysusers \
	packaging/systemd/xapid.tmpfiles

pamdir = $(sysconfdir)/pam.d
dist_pam_DATA = packaging/pam/xapid
unitdir = $(prefix)/lib/systemd/system
nodist_unit_DATA = packaging/systemd/xapid.service
CLEANFILES += $(nodist_unit_DATA)
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d

packaging/systemd/xapid.service: packaging/systemd/xapid.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's|[@]sbindir[@]|$(sbindir)|g' \
	    $(srcdir)/packaging/systemd/xapid.service.in >$@.tmp && \
	mv -f $@.tmp $@

# Both are named xapid.conf once they are installed.
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysconfdir)/xapid
	$(MKDIR_P) $(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir)
	$(INSTALL_DATA) $(srcdir)/packaging/systemd/xapid.sysusers \
	    $(DESTDIR)$(sysusersdir)/xapid.conf
	$(INSTALL_DATA) $(srcdir)/packaging/systemd/xapid.tmpfiles \
	    $(DESTDIR)$(tmpfilesdir)/xapid.conf

uninstall-local:
	rm -f $(DESTDIR)$(sysusersdir)/xapid.conf \
	    $(DESTDIR)$(tmpfilesdir)/xapid.conf
	-rmdir $(DESTDIR)$(sysconfdir)/xapid

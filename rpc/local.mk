# SPDX-License-Identifier: LGPL-2.1-or-later

noinst_LIBRARIES += librpc.a

librpc_a_SOURCES = \
	rpc/client.c \
	rpc/client.h \
	rpc/bulk.c \
	rpc/bulk.h \
	rpc/certificate.c \
	rpc/chunks.c \
	rpc/chunks.h \
	rpc/compress.c \
	rpc/compress.h \
	rpc/conn.c \
	rpc/conn.h \
	rpc/decode.h \
	rpc/encode.c \
	rpc/encode.h \
	rpc/encode_form.h \
	rpc/encode_json.c \
	rpc/encode_xml.c \
	rpc/escape.c \
	rpc/escape.h \
	rpc/exchange.c \
	rpc/exchange.h \
	rpc/exchange_answer.c \
	rpc/exchange_body.c \
	rpc/exchange_private.h \
	rpc/exchange_raw.c \
	rpc/front.c \
	rpc/front.h \
	rpc/front_call.c \
	rpc/front_conn.c \
	rpc/front_private.h \
	rpc/head.c \
	rpc/head.h \
	rpc/json.c \
	rpc/json.h \
	rpc/jsonrpc.c \
	rpc/listen.c \
	rpc/peer.c \
	rpc/peer.h \
	rpc/private.h \
	rpc/reply.c \
	rpc/request.h \
	rpc/respond.c \
	rpc/route.c \
	rpc/route.h \
	rpc/rpc.c \
	rpc/rpc.h \
	rpc/service.h \
	rpc/status.c \
	rpc/status.h \
	rpc/stream.c \
	rpc/stream.h \
	rpc/tls.c \
	rpc/tls.h \
	rpc/web.c \
	rpc/web.h \
	rpc/websocket.c \
	rpc/websocket.h \
	rpc/xmlrpc.c \
	rpc/xmlrpc_grammar.c \
	rpc/xmlrpc_plain.c \
	rpc/xmlrpc_private.h \
	rpc/xmlrpc_sax.c

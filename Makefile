# SPDX-License-Identifier: MIT
#
# One Makefile, no recursion. Sources are found by wildcard: a new file needs no line here.
#
#   build/            the default variant (gcc, optimised): programs, libraries, suites
#   build/<variant>/  the same for another compiler or a sanitizer: clang, address, thread, clang-address ...
#   build/gen/        the API description as C tables, shared by all variants
#
# Variables: CC, SAN=address|thread, T=part of a suite's name, N=pattern of test names, JUNIT=directory, PREFIX, DESTDIR,
# JOBS, BENCH_SECONDS, V=1 (show the commands), and for working on a part of the tree: BUILD=another directory,
# ROOMS="mockstripe/base mockstripe/value" (only these sources).

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all test suites check bench run demo help format schema-check install clean FORCE

# As many jobs as there are cores, without a -j; JOBS=1 for one at a time.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
MAKEFLAGS += -j$(JOBS)
MAKEFLAGS += --no-builtin-rules --no-print-directory

ifeq ($(origin CC),default)
CC := gcc
endif
AR ?= ar
LD ?= ld
OBJCOPY ?= objcopy
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=
T ?=
N ?=
JUNIT ?=
N ?=
ROOMS ?=
VERSION := 0.1.0

# ---- variant and flags ----------------------------------------------------------------------------------------------

empty :=
space := $(empty) $(empty)
VARIANT := $(subst $(space),-,$(strip $(filter-out gcc cc,$(notdir $(CC))) $(SAN)))
OUT := $(BUILD)$(addprefix /,$(VARIANT))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wundef \
	-Wformat=2 -Wvla -Wcast-qual -Wpointer-arith
DEFINES := -D_DEFAULT_SOURCE -D_GNU_SOURCE
INCLUDES := -Imockstripe -I.
OPTIMISE := -O2
WERROR := -Werror

ifeq ($(SAN),address)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(SAN),thread)
SANITIZE := -fsanitize=thread -fno-omit-frame-pointer
else ifneq ($(SAN),)
$(error SAN is address or thread, not "$(SAN)")
endif
ifneq ($(SAN),)
# Instrumented code makes gcc's flow analysis see warnings that are not there; the plain builds are the judges of those.
OPTIMISE := -O1
WERROR :=
endif

CFLAGS ?=
LDFLAGS ?=
COMPILE := $(CC) -std=c11 $(DEFINES) $(INCLUDES) $(WARNINGS) $(WERROR) $(OPTIMISE) -g -fvisibility=hidden $(SANITIZE) \
	$(CFLAGS)
LINK := $(CC) -g $(SANITIZE) $(LDFLAGS) -Wl,--as-needed
LIBS := -lmicrohttpd -ljansson -lcurl -lssl -lcrypto -lsqlite3 -licui18n -licuuc -lhpdf -lpthread -lm

# ---- sources --------------------------------------------------------------------------------------------------------

GENERATED := $(BUILD)/gen/schema_tables.c
HOST_TOOL := mockstripe/schema/compile.c

in_rooms = $(if $(ROOMS),$(foreach room,$(ROOMS),$(filter $(room)/%,$(1))),$(1))
MS_SRC := $(call in_rooms,$(filter-out $(HOST_TOOL) %/main.c,$(sort $(shell find mockstripe -name '*.c' 2>/dev/null))))
SA_SRC := $(call in_rooms,$(filter-out %/main.c,$(sort $(shell find actions -name '*.c' 2>/dev/null))))
SA_ASM := $(call in_rooms,$(sort $(shell find actions -name '*.S' 2>/dev/null)))
FILTER_SRC := suites/support/filter.c
SUPPORT_SRC := $(sort $(filter-out $(FILTER_SRC),$(wildcard suites/support/*.c)))
SUITE_SRC := $(sort $(wildcard suites/*/*_test.c))

object = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
MS_OBJ := $(call object,$(MS_SRC))
SA_OBJ := $(call object,$(SA_SRC)) $(patsubst %.S,$(OUT)/obj/%.o,$(SA_ASM))
# The lowest rooms are shared source, not a shared library: each archive carries its own copy of them.
SHARED_OBJ := $(call object,$(filter mockstripe/base/% mockstripe/value/%,$(MS_SRC)))
FILTER_OBJ := $(call object,$(FILTER_SRC))
SUPPORT_OBJ := $(call object,$(SUPPORT_SRC))
SUITE_OBJ := $(call object,$(SUITE_SRC))

ifneq ($(wildcard $(HOST_TOOL)),)
ifneq ($(wildcard mockstripe/schema/stripe.txt),)
ifneq ($(if $(ROOMS),$(filter mockstripe/schema,$(ROOMS)),yes),)
# Tables of constants: no sanitizer has anything to find there, so one object serves every variant.
GENERATED_OBJ := $(BUILD)/gen/schema_tables.o
endif
endif
endif

# A part of the tree is enough for its suites, not for a program.
PROGRAMS := $(if $(ROOMS),,$(if $(wildcard mockstripe/main.c),$(OUT)/mockstripe) $(if $(wildcard actions/main.c),$(OUT)/stripe-actions))
LIBRARIES := $(if $(MS_OBJ),$(OUT)/libmockstripe.a) $(if $(SA_OBJ),$(OUT)/libstripeactions.a)

SUITES := $(patsubst suites/%.c,$(OUT)/suites/%,$(SUITE_SRC))
ifeq ($(SAN),thread)
SUITES := $(filter $(OUT)/suites/wire/% $(OUT)/suites/actions/serve_test $(OUT)/suites/actions/mcp_http_test,$(SUITES))
endif
ifneq ($(T),)
SUITES := $(foreach suite,$(SUITES),$(if $(findstring $(T),$(patsubst $(OUT)/suites/%,%,$(suite))),$(suite)))
endif

# ---- what has to be on the machine ----------------------------------------------------------------------------------

# Done while the Makefile is read, so that it comes before everything. The words that a newcomer types install what is
# missing; the others only say what is.
GOALS := $(if $(MAKECMDGOALS),$(MAKECMDGOALS),all)
ifneq ($(filter-out help clean format,$(GOALS)),)
NEEDS := build $(if $(filter test suites,$(GOALS)),test) $(if $(filter bench,$(GOALS)),bench) \
	$(if $(filter check,$(GOALS)),test)
INSTALLED := $(shell ci/install.sh $(if $(filter run demo test check bench,$(GOALS)),,--check) $(NEEDS) 1>&2 && echo yes)
ifneq ($(INSTALLED),yes)
$(error what is listed above has to be installed first)
endif
endif

# ---- the words ------------------------------------------------------------------------------------------------------

all: $(LIBRARIES) $(PROGRAMS) ## build the programs and the libraries (the word may be left out)

run: all ## start the simulator with the demo company, run the four actions, stay until Ctrl-C
	@ci/run-demo.sh run $(OUT)

demo: all ## the same, then stop
	@ci/run-demo.sh demo $(OUT)

test: suites $(PROGRAMS) ## run the suites: T=part of a name, N='*part of a test*', SAN=address|thread, JUNIT=directory
	@TEST_FILTER='$(N)' ci/test.sh --out '$(OUT)' --junit '$(JUNIT)' $(SUITES)

suites: $(SUITES) ## build the suites without running them

check: ## everything that CI does
	@.ci/run

bench: $(PROGRAMS) $(BUILD)/bench/bare $(BUILD)/bench/load $(BUILD)/bench/renewals ## the server beside a bare HTTP server, and renewals
	@ci/bench.sh $(OUT) $(BUILD)/bench

format: ## lay out all C files with clang-format
	@ci/format.sh --fix

schema-check: ## regenerate the API description and compare (needs Node)
	@ci/schema-check.sh

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

clean: ## remove everything that was built
	rm -rf '$(BUILD)'

# ---- stamps: rebuild when the flags change, relink when a source file comes or goes ---------------------------------

define stamp
	@mkdir -p $(@D)
	@printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef

$(OUT)/flags: FORCE
	$(call stamp,$(COMPILE) guarded by base/banned.h)
$(OUT)/mockstripe.list: FORCE
	$(call stamp,$(MS_OBJ) $(GENERATED_OBJ))
$(OUT)/actions.list: FORCE
	$(call stamp,$(SA_OBJ) $(SHARED_OBJ))
$(OUT)/support.list: FORCE
	$(call stamp,$(SUPPORT_OBJ))

# ---- compiling ------------------------------------------------------------------------------------------------------

# Money and dates are where a silent narrowing costs something.
$(OUT)/obj/mockstripe/value/%.o $(OUT)/obj/mockstripe/billing/%.o: EXTRA := -Wconversion

# The products, not the suites: what base/banned.h bans is an error wherever it is called.
$(OUT)/obj/mockstripe/%.o $(OUT)/obj/actions/%.o: GUARD := -include base/banned.h
# The two files that ask the clock, one a product; everything else is handed the time.
CLOCKS := mockstripe/store/timeline actions/core/clock
$(CLOCKS:%=$(OUT)/obj/%.o): GUARD := -DMAY_READ_CLOCK= -include base/banned.h

$(OUT)/obj/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo '  cc    $<';)$(COMPILE) $(GUARD) $(EXTRA) -MMD -MP -c -o $@ $<

# The widget's files go into the program as they are: whatever stands beside the .S may be named in it.
$(OUT)/obj/actions/widget/files.o: actions/widget/files.S $(wildcard actions/widget/*.js actions/widget/*.html actions/widget/*.css)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  as    $<';)$(CC) -c -o $@ $<

$(BUILD)/schema-compile: $(HOST_TOOL) $(wildcard mockstripe/base/*.[ch] mockstripe/schema/*.h)
	@mkdir -p $(@D)
	$(if $(V),,@echo '  host  $@';)$(CC) -std=c11 $(DEFINES) $(INCLUDES) $(WARNINGS) $(WERROR) -O1 -g -o $@ $(filter %.c,$^) \
		-Wl,--as-needed -ljansson

$(GENERATED): $(BUILD)/schema-compile mockstripe/schema/stripe.txt mockstripe/schema/overrides.txt
	@mkdir -p $(@D)
	$(if $(V),,@echo '  gen   $@';)$^ $@.new
	@mv $@.new $@

$(BUILD)/gen/schema_tables.o: $(GENERATED) mockstripe/schema/schema.h
	$(if $(V),,@echo '  cc    $<';)$(CC) -std=c11 $(DEFINES) $(INCLUDES) -O1 -fvisibility=hidden -c -o $@.new $<
	@mv $@.new $@

# ---- archives -------------------------------------------------------------------------------------------------------

# For the suites and the programs: every function of every room, by its own name. Thin: only paths to the objects.
define thin
	$(if $(V),,@echo '  ar    $@';)mkdir -p $(@D); rm -f $@; $(AR) qcsT $@ $(filter %.o,$^)
endef

$(OUT)/obj/mockstripe.a: $(MS_OBJ) $(GENERATED_OBJ) $(OUT)/mockstripe.list
	$(thin)
$(OUT)/obj/actions.a: $(SA_OBJ) $(SHARED_OBJ) $(OUT)/actions.list
	$(thin)
$(OUT)/obj/support.a: $(SUPPORT_OBJ) $(OUT)/support.list
	$(thin)

# What is shipped: one object in which only the functions of the public header keep their names, so that nothing inside
# can collide with a name of the program that embeds it.
define shipped
	$(if $(V),,@echo '  ar    $@';)$(LD) -r -o $(@:.a=.o) $(filter %.o,$^)
	@$(OBJCOPY) --localize-hidden $(@:.a=.o)
	@rm -f $@; $(AR) rcs $@ $(@:.a=.o)
	@rm -f $(@:.a=.o)
endef

$(OUT)/libmockstripe.a: $(MS_OBJ) $(GENERATED_OBJ) $(OUT)/mockstripe.list
	$(shipped)
$(OUT)/libstripeactions.a: $(SA_OBJ) $(SHARED_OBJ) $(OUT)/actions.list
	$(shipped)

# ---- programs -------------------------------------------------------------------------------------------------------

$(OUT)/mockstripe: $(OUT)/obj/mockstripe/main.o $(OUT)/obj/mockstripe.a
	$(if $(V),,@echo '  link  $@';)$(LINK) -o $@ $^ $(LIBS)

$(OUT)/stripe-actions: $(OUT)/obj/actions/main.o $(OUT)/obj/actions.a
	$(if $(V),,@echo '  link  $@';)$(LINK) -o $@ $^ $(LIBS)

# ---- suites ---------------------------------------------------------------------------------------------------------

# The two products never share a name space: a suite of the actions meets the simulator as a user's program does, through
# the shipped library. The last archive only serves the suites' own support (the API description's tables).
$(OUT)/suites/actions/%: $(OUT)/obj/suites/actions/%.o $(FILTER_OBJ) $(OUT)/obj/support.a $(OUT)/obj/actions.a \
		$(OUT)/libmockstripe.a $(OUT)/obj/mockstripe.a
	@mkdir -p $(@D)
	$(if $(V),,@echo '  link  $@';)$(LINK) -o $@ $^ -lcmocka $(LIBS)

$(OUT)/suites/%: $(OUT)/obj/suites/%.o $(FILTER_OBJ) $(OUT)/obj/support.a $(OUT)/obj/mockstripe.a
	@mkdir -p $(@D)
	$(if $(V),,@echo '  link  $@';)$(LINK) -o $@ $^ -lcmocka $(LIBS)

# ---- benchmark programs ---------------------------------------------------------------------------------------------

$(BUILD)/bench/renewals: ci/bench/renewals.c $(BUILD)/libmockstripe.a
	@mkdir -p $(@D)
	$(if $(V),,@echo '  cc    $<';)$(CC) -std=c11 $(DEFINES) $(INCLUDES) $(WARNINGS) $(WERROR) -O2 -g -o $@ $^ $(LIBS)

$(BUILD)/bench/%: ci/bench/%.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  cc    $<';)$(CC) -std=c11 $(DEFINES) $(INCLUDES) $(WARNINGS) $(WERROR) -O2 -g -o $@ $< -Wl,--as-needed $(LIBS)

# ---- installing -----------------------------------------------------------------------------------------------------

define write_pc
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $(1) >'$(DESTDIR)$(PREFIX)/lib/pkgconfig/$(notdir $(1:.in=))'
endef

install: all ## install programs, libraries and headers: PREFIX=/usr/local, DESTDIR=
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/pkgconfig' '$(DESTDIR)$(PREFIX)/include/mockstripe' \
		'$(DESTDIR)$(PREFIX)/include/actions'
	install -m 755 $(PROGRAMS) '$(DESTDIR)$(PREFIX)/bin/'
	install -m 644 $(LIBRARIES) '$(DESTDIR)$(PREFIX)/lib/'
	install -m 644 mockstripe/mockstripe.h '$(DESTDIR)$(PREFIX)/include/mockstripe/'
	install -m 644 actions/actions.h '$(DESTDIR)$(PREFIX)/include/actions/'
	$(call write_pc,ci/mockstripe.pc.in)
	$(call write_pc,ci/stripeactions.pc.in)

# Intermediate objects are kept: a second run has nothing to do.
.SECONDARY:

-include $(wildcard $(patsubst %.o,%.d,$(MS_OBJ) $(SA_OBJ) $(FILTER_OBJ) $(SUPPORT_OBJ) $(SUITE_OBJ) $(OUT)/obj/mockstripe/main.o \
	$(OUT)/obj/actions/main.o))

# pg_deltaview: `make check` tests and `make demo` shows it, both from a bare
# machine.  `make` and `make install` build for one server, that of PG_CONFIG.
PG_CONFIG ?= pg_config

# These are scripts, which install what is missing before anything else, so
# they must not need the server's own makefiles.
SCRIPT_GOALS := check check-versions check-mongod demo bench unit lint format help
SCRIPTED := $(filter $(SCRIPT_GOALS),$(MAKECMDGOALS))

ifneq ($(SCRIPTED),)

.PHONY: $(MAKECMDGOALS)

check:
	@PG_CONFIG='$(PG_CONFIG)' bash ci/check.sh

check-versions:
	@ONLY=versions bash ci/check.sh

check-mongod:
	@PG_CONFIG='$(PG_CONFIG)' ONLY=sink TEST_USER=mongotest STORE_SCRIPT=ci/mongod.sh bash ci/check.sh

demo:
	@PG_CONFIG='$(PG_CONFIG)' bash ci/demo.sh

bench:
	@PG_CONFIG='$(PG_CONFIG)' bash bench/performance.sh

unit:
	@bash ci/unit.sh

lint:
	@PG_CONFIG='$(PG_CONFIG)' bash ci/lint.sh

format:
	clang-format -i $$(git ls-files 'src/*.cpp' 'src/*.hpp' 'test/*.cpp')

help:
	@echo 'make              build for the server of PG_CONFIG (now $(PG_CONFIG))'
	@echo 'make install      install into that server'
	@echo 'make check        all tests, on a private server; installs what is missing first'
	@echo 'make check-versions the regression tests on PostgreSQL 17 and 18, which it unpacks beside the host'
	@echo 'make check-mongod the tests of the sink, on MongoDB 7.0 under wine instead of DocumentDB'
	@echo 'make demo         the order documents at full size, on a private server'
	@echo 'make bench        what changes cost with and without views, on a private server'
	@echo 'make unit         the unit tests of src/core'
	@echo 'make lint         clang-format and clang-tidy in check mode'
	@echo 'make format       clang-format in place'

# Other goals named beside these go to a make of their own.
$(filter-out $(SCRIPT_GOALS),$(MAKECMDGOALS)):
	@$(MAKE) --no-print-directory $@

else

EXTENSION := pg_deltaview
MODULE_big := pg_deltaview
DATA := $(wildcard sql/pg_deltaview--*.sql)

ROOMS := pg analyze catalog capture engine document publish sink_catalog
CORE_SOURCES := $(sort $(wildcard src/core/*.cpp))
SERVER_SOURCES := $(sort $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.cpp)) $(wildcard src/entry*.cpp))

# Objects of different servers live apart; the stamp below keeps the module apart, too.
SERVER := $(shell $(PG_CONFIG) --bindir --version | cksum | cut -d' ' -f1)
BUILD := build/$(SERVER)
CORE_OBJS := $(CORE_SOURCES:src/%.cpp=$(BUILD)/%.o)
SERVER_OBJS := $(SERVER_SOURCES:src/%.cpp=$(BUILD)/%.o)
OBJS := $(CORE_OBJS) $(SERVER_OBJS)

# "test: name ..." as pg_regress has it, or plain names; '#' opens a comment.
names = $(shell test -e $(1) && sed -e 's/\#.*//' -e 's/^ *test://' $(1))
REGRESS := $(call names,test/schedule)
REGRESS_OPTS := --inputdir=test
ISOLATION := $(call names,test/isolation_schedule)
ISOLATION_OPTS := --inputdir=test --outputdir=.

SHLIB_LINK := -lstdc++
EXTRA_CLEAN := build pg_deltaview_sink.so deltaview_sink
override with_llvm := no

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(PGXS),)
$(error $(PG_CONFIG) does not run: set PG_CONFIG, or run `make check` or `make demo`, which install what is missing)
endif
include $(PGXS)

# The server's recorded flags are for its own compiler and for C: ours instead.
# OPTIMIZE and WERROR are for the command line.
OPTIMIZE ?= -O2
WERROR ?= -Werror
DV_FLAGS := -std=c++17 $(OPTIMIZE) -g -fPIC -fno-plt -fno-strict-aliasing -fwrapv \
	-fvisibility=hidden -DPGDLLEXPORT='__attribute__((visibility("default")))' \
	-Wall -Wextra -Wshadow $(WERROR) -Isrc
override CFLAGS := $(OPTIMIZE) -g -fPIC
CORE_FLAGS := $(DV_FLAGS) -DDV_CORE
SERVER_FLAGS := $(DV_FLAGS) -Wno-register $(filter-out $(if $(filter -O0,$(OPTIMIZE)),-D_FORTIFY_SOURCE%),$(filter -D%,$(CPPFLAGS))) \
	-isystem $(shell $(PG_CONFIG) --includedir-server) \
	$(patsubst -I%,-isystem %,$(filter-out -I. -I./ -I$(shell $(PG_CONFIG) --includedir-server),$(filter -I%,$(CPPFLAGS))))

STAMP := build/server
STAMP_TEXT := $(SERVER) $(OPTIMIZE) $(WERROR)
$(shell mkdir -p $(sort $(dir $(OBJS))) build; \
	test "$$(cat $(STAMP) 2>/dev/null)" = '$(STAMP_TEXT)' || echo '$(STAMP_TEXT)' > $(STAMP))

$(CORE_OBJS): $(BUILD)/%.o: src/%.cpp $(BUILD)/flags Makefile
	$(CXX) $(CORE_FLAGS) -MMD -MP -c -o $@ $<

$(SERVER_OBJS): $(BUILD)/%.o: src/%.cpp $(BUILD)/flags Makefile
	$(CXX) $(SERVER_FLAGS) -MMD -MP -c -o $@ $<

# Objects are made anew when the flags or the server change; a list of sources
# that shrank, or another server, links the module anew.
$(shell test "$$(cat $(BUILD)/flags 2>/dev/null)" = '$(STAMP_TEXT)' || echo '$(STAMP_TEXT)' > $(BUILD)/flags; \
	test "$$(cat $(BUILD)/sources 2>/dev/null)" = '$(OBJS)' || echo '$(OBJS)' > $(BUILD)/sources)
$(BUILD)/flags $(BUILD)/sources $(STAMP): ;

$(shlib): $(STAMP) $(BUILD)/sources

-include $(OBJS:.o=.d)

# The MongoDB sink is built where libmongoc and libpq are found; WITH_MONGO=no
# leaves it out, WITH_MONGO=yes insists.  Its server code goes into a module of
# its own, with the client's code, which also makes a program.
WITH_MONGO ?= auto
find_mongo = $(shell pkg-config --exists $(1) 2>/dev/null && echo $(firstword $(1)))
ifneq ($(WITH_MONGO),no)
LIBPQ_HEADER := $(wildcard $(includedir)/libpq-fe.h)
MONGO := $(if $(LIBPQ_HEADER),$(firstword $(call find_mongo,mongoc2) $(call find_mongo,libmongoc-1.0 '>=' 1.23)))
ifeq ($(WITH_MONGO)$(MONGO),yes)
$(error WITH_MONGO=yes, but libmongoc (1.23 or later, by pkg-config) or libpq with its headers is missing)
endif
endif

ifneq ($(MONGO),)
sink_objects = $(patsubst src/%.cpp,$(BUILD)/%.o,$(sort $(foreach room,$(1),$(wildcard src/sink/$(room)/*.cpp))))
SINK_SERVER_OBJS := $(call sink_objects,bson worker)
SINK_CLIENT_OBJS := $(call sink_objects,client)
SINK_PROGRAM_OBJS := $(call sink_objects,program)
SINK_MODULE_OBJS := $(SINK_SERVER_OBJS) $(SINK_CLIENT_OBJS) $(filter $(BUILD)/pg/%,$(OBJS))
SINK_OBJS := $(SINK_SERVER_OBJS) $(SINK_CLIENT_OBJS) $(SINK_PROGRAM_OBJS)
SINK_MODULE := $(if $(SINK_SERVER_OBJS),pg_deltaview_sink.so)
SINK_PROGRAM := $(if $(SINK_PROGRAM_OBJS),deltaview_sink)

MONGO_FLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(MONGO)))
SINK_LIBS := $(shell pkg-config --libs $(MONGO)) -L$(libdir) -lpq
SINK_SERVER_FLAGS := $(SERVER_FLAGS) $(MONGO_FLAGS) -isystem $(includedir)
SINK_CLIENT_FLAGS := $(DV_FLAGS) -DDV_CLIENT $(MONGO_FLAGS) -isystem $(includedir) \
	-DDV_VERSION='"$(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_deltaview.control)"'
SINK_STAMP_TEXT := $(STAMP_TEXT) $(MONGO) $(shell pkg-config --modversion $(MONGO))
$(shell mkdir -p $(sort $(dir $(SINK_OBJS))); \
	test "$$(cat $(BUILD)/sink_sources 2>/dev/null)" = '$(SINK_STAMP_TEXT) $(SINK_OBJS)' || echo '$(SINK_STAMP_TEXT) $(SINK_OBJS)' > $(BUILD)/sink_sources; \
	test "$$(cat $(BUILD)/sink_flags 2>/dev/null)" = '$(SINK_STAMP_TEXT)' || echo '$(SINK_STAMP_TEXT)' > $(BUILD)/sink_flags)
$(BUILD)/sink_sources $(BUILD)/sink_flags: ;

$(SINK_SERVER_OBJS): $(BUILD)/%.o: src/%.cpp $(BUILD)/sink_flags Makefile
	$(CXX) $(SINK_SERVER_FLAGS) -MMD -MP -c -o $@ $<

$(SINK_CLIENT_OBJS) $(SINK_PROGRAM_OBJS): $(BUILD)/%.o: src/%.cpp $(BUILD)/sink_flags Makefile
	$(CXX) $(SINK_CLIENT_FLAGS) -MMD -MP -c -o $@ $<

pg_deltaview_sink.so: $(SINK_MODULE_OBJS) $(STAMP) $(BUILD)/sink_sources
	$(CXX) -shared -o $@ $(SINK_MODULE_OBJS) $(LDFLAGS) $(SINK_LIBS) -pthread

deltaview_sink: $(SINK_PROGRAM_OBJS) $(SINK_CLIENT_OBJS) $(STAMP) $(BUILD)/sink_sources
	$(CXX) -o $@ $(SINK_PROGRAM_OBJS) $(SINK_CLIENT_OBJS) $(LDFLAGS) $(SINK_LIBS) -pthread

all: $(SINK_MODULE) $(SINK_PROGRAM)

install: install-sink
.PHONY: install-sink uninstall-sink
install-sink: $(SINK_MODULE) $(SINK_PROGRAM)
	$(MKDIR_P) '$(DESTDIR)$(pkglibdir)' '$(DESTDIR)$(bindir)'
	$(if $(SINK_MODULE),$(INSTALL_SHLIB) $(SINK_MODULE) '$(DESTDIR)$(pkglibdir)/')
	$(if $(SINK_PROGRAM),$(INSTALL_PROGRAM) $(SINK_PROGRAM) '$(DESTDIR)$(bindir)/')

uninstall: uninstall-sink
uninstall-sink:
	rm -f '$(DESTDIR)$(pkglibdir)/pg_deltaview_sink.so' '$(DESTDIR)$(bindir)/deltaview_sink'

-include $(SINK_OBJS:.o=.d)
endif

endif

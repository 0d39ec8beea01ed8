#include "catalog/attach.hpp"

#include "catalog/ddl.hpp"
#include "catalog/rows.hpp"
#include "pg/compat.hpp"
#include "pg/spi.hpp"
#include "pg/vec.hpp"

extern "C" {
#include "parser/parse_func.h"
#include "utils/fmgroids.h"
}

namespace dv::catalog {

namespace {

struct TriggerText
{
	const char *name;
	const char *event;
	const char *transition;
};

constexpr TriggerText capture_triggers[] = {
	{"__dv_before", "BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE", ""},
	{"__dv_insert", "AFTER INSERT", "REFERENCING NEW TABLE AS __dv_new"},
	{"__dv_update", "AFTER UPDATE", "REFERENCING OLD TABLE AS __dv_old NEW TABLE AS __dv_new"},
	{"__dv_delete", "AFTER DELETE", "REFERENCING OLD TABLE AS __dv_old"},
	{"__dv_truncate", "AFTER TRUNCATE", ""},
};

void
enable_always(Oid table, const char *trigger)
{
	Relation rel = table_open(table, ShareRowExclusiveLock);

	pg::enable_trigger_always(rel, trigger);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}

/* A trigger function of ours; its oid is not kept, the extension may be made anew. */
Oid
our_function(const char *name)
{
	List *qualified = list_make2(makeString(pstrdup(schema_name)), makeString(pstrdup(name)));

	return LookupFuncName(qualified, 0, nullptr, true);
}

struct OurTrigger
{
	Oid oid;
	char enabled;
	Oid function;
	const char *name;
};

/* The triggers on the relation that call one of our functions. */
pg::Vec<OurTrigger>
our_triggers(Oid relation)
{
	pg::Vec<OurTrigger> found;
	Oid capture = our_function("capture");
	Oid protect = our_function("protect");
	Relation triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
	SysScanDesc scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, nullptr, 1, &key);
	while (HeapTuple tuple = systable_getnext(scan))
	{
		Form_pg_trigger form = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));

		if (form->tgfoid != capture && form->tgfoid != protect)
			continue;
		found.push({form->oid, form->tgenabled, form->tgfoid, pstrdup(NameStr(form->tgname))});
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return found;
}

} // namespace

bool
has_capture_triggers(Oid table)
{
	Oid capture = our_function("capture");

	for (const OurTrigger &trigger : our_triggers(table))
	{
		if (trigger.function == capture)
			return true;
	}
	return false;
}

void
add_capture_triggers(Oid table)
{
	const char *name = pg::qualified_name(table);

	for (const TriggerText &trigger : capture_triggers)
	{
		own_ddl(psprintf("CREATE TRIGGER %s %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %s.capture()", trigger.name,
						 trigger.event, name, trigger.transition, schema_name));
		enable_always(table, trigger.name);
	}
}

void
add_protect_trigger(Oid view)
{
	own_ddl(psprintf("CREATE TRIGGER __dv_protect BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s "
					 "FOR EACH STATEMENT EXECUTE FUNCTION %s.protect()",
					 pg::qualified_name(view), schema_name));
	enable_always(view, "__dv_protect");
}

void
drop_capture_triggers(Oid table)
{
	Oid capture = our_function("capture");

	for (const OurTrigger &trigger : our_triggers(table))
	{
		ObjectAddress address;

		if (trigger.function != capture)
			continue;
		ObjectAddressSet(address, TriggerRelationId, trigger.oid);
		performDeletion(&address, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
	CommandCounterIncrement();
}

const char *
disabled_trigger(Oid relation)
{
	for (const OurTrigger &trigger : our_triggers(relation))
	{
		if (trigger.enabled != TRIGGER_FIRES_ALWAYS)
			return trigger.name;
	}
	return nullptr;
}

} // namespace dv::catalog

#include "catalog/statements.hpp"

#include "catalog/attach.hpp"
#include "catalog/plain_views.hpp"
#include "catalog/relations.hpp"
#include "catalog/rows.hpp"
#include "pg/compat.hpp"

namespace dv::catalog {

namespace {

Oid
resolve(RangeVar *name)
{
	return name ? RangeVarGetRelidExtended(name, NoLock, RVR_MISSING_OK, nullptr, nullptr) : InvalidOid;
}

bool
is_ours(Oid relid)
{
	return OidIsValid(relid) && (view(relid) != nullptr || is_base_table(relid));
}

/* The changes of columns that a view's table does not survive. */
bool
changes_columns(AlterTableType type)
{
	switch (type)
	{
	case AT_AddColumn:
	case AT_DropColumn:
	case AT_AlterColumnType:
	case AT_AddIdentity:
	case AT_AddInherit:
	case AT_AddOf:
		return true;
	default:
		return false;
	}
}

/* The hidden parts of a view follow it. */
void
refuse_part(Oid relid, const char *verb)
{
	const View *part = OidIsValid(relid) ? view(relid) : nullptr;

	if (part == nullptr || !OidIsValid(part->part_of))
		return;
	for (const View *whole : all_views())
	{
		if (whole->definition == part->part_of)
			ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
							errmsg("cannot %s \"%s\"", verb, get_rel_name(relid)),
							errdetail("It is a hidden part of view \"%s\".", get_rel_name(whole->view)),
							errhint("%c%s that view instead.", pg_toupper(verb[0]), verb + 1)));
	}
}

/*
 * The definitions in schema deltaview follow their views: whatever is done to the view is done to them.
 * (CREATE OR REPLACE VIEW must pass: a restore fills a definition in so.)
 */
void
refuse_definition(RangeVar *name)
{
	Oid relid = resolve(name);

	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_VIEW || get_rel_namespace(relid) != schema_oid())
		return;
	for (const View *owner : all_views())
	{
		if (owner->definition != relid && owner->maintained != relid)
			continue;
		refuse_part(owner->view, "alter");
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot alter the stored query of view \"%s\"", get_rel_name(owner->view)),
						errhint("Alter \"%s\" itself, or drop it and make it anew.", get_rel_name(owner->view))));
	}
}

/* Views compute such a column where they read it, and the parts of a view say how. */
void
refuse_expression(Oid relid, const AlterTableCmd *cmd)
{
	AttrNumber column = get_attnum(relid, cmd->name);

	if (!is_base_table(relid) || column == InvalidAttrNumber)
		return;
	Relation rel = relation_open(relid, AccessShareLock);
	bool computed = column > 0 && pg::is_virtual(TupleDescAttr(RelationGetDescr(rel), column - 1));
	relation_close(rel, NoLock);
	if (computed)
		ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
						errmsg("cannot alter the expression of column \"%s\"", cmd->name),
						errdetail("Views read table \"%s\", and the column is virtual.", get_rel_name(relid)),
						errhint("Drop the views, and make them anew afterwards.")));
}

void
refuse_alter(AlterTableStmt *stmt)
{
	Oid relid = resolve(stmt->relation);
	ListCell *cell;

	refuse_definition(stmt->relation);
	foreach (cell, stmt->cmds)
	{
		if (OidIsValid(relid) && pg::sets_expression(lfirst_node(AlterTableCmd, cell)->subtype))
			refuse_expression(relid, lfirst_node(AlterTableCmd, cell));
	}
	if (!OidIsValid(relid) || view(relid) == nullptr)
		return;
	foreach (cell, stmt->cmds)
	{
		AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;

		if (type == AT_ChangeOwner)
			refuse_part(relid, "alter");
		if (!changes_columns(type))
			continue;
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot alter the columns of view \"%s\"", get_rel_name(relid)),
						errdetail("They follow from the view's query."),
						errhint("Drop the view, and make it anew with another query.")));
	}
}

void
refuse_rename(RenameStmt *stmt)
{
	Oid relid = resolve(stmt->relation);

	if (!OidIsValid(relid))
		return;
	refuse_definition(stmt->relation);
	if (stmt->renameType == OBJECT_TABLE)
		refuse_part(relid, "rename");
	if (stmt->renameType == OBJECT_COLUMN && view(relid) != nullptr)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot rename a column of view \"%s\"", get_rel_name(relid)),
						errdetail("The columns follow from the view's query."),
						errhint("Drop the view, and make it anew with another query.")));
	if (stmt->renameType == OBJECT_TRIGGER && strncmp(stmt->subname, trigger_prefix, strlen(trigger_prefix)) == 0 &&
		is_ours(relid))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot rename trigger \"%s\" on \"%s\"", stmt->subname, get_rel_name(relid)),
						errdetail("The trigger belongs to pg_deltaview.")));
}

void
refuse_trigger(CreateTrigStmt *stmt)
{
	Oid relid = resolve(stmt->relation);

	/* A restore makes them without OR REPLACE. */
	if (stmt->replace && strncmp(stmt->trigname, trigger_prefix, strlen(trigger_prefix)) == 0 && is_ours(relid))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot replace trigger \"%s\" on \"%s\"", stmt->trigname, get_rel_name(relid)),
						errdetail("The trigger belongs to pg_deltaview.")));
	if (!stmt->row || stmt->timing != TRIGGER_TYPE_BEFORE)
		return;
	if (OidIsValid(relid) && view(relid) != nullptr)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("view \"%s\" cannot have BEFORE ROW triggers", get_rel_name(relid)),
						errdetail("They could change rows that follow from the view's query."),
						errhint("Use an AFTER trigger.")));
}

/* The view that the index is of, or of a base table whose rows it tells apart for a view. */
const View *
view_kept_by(Oid index)
{
	if (get_rel_relkind(index) != RELKIND_INDEX)
		return nullptr;
	Oid relid = IndexGetRelation(index, true);
	if (const View *owner = view(relid))
	{
		analyze::Analysis *analysis = fitting_analysis(owner);
		return analysis && find_key_index(relid, analysis) == index ? owner : nullptr;
	}
	const Table *base = table(relid);
	return base && analyze::key_index(relid) == index ? base->views[0] : nullptr;
}

/* One index is looked after at the end of the command; several, or one that goes in transactions of its own, are not. */
void
refuse_drop_index(DropStmt *stmt)
{
	ListCell *cell;

	if (!stmt->concurrent && list_length(stmt->objects) == 1)
		return;
	foreach (cell, stmt->objects)
	{
		Oid index = resolve(makeRangeVarFromNameList(lfirst_node(List, cell)));
		const View *owner = OidIsValid(index) ? view_kept_by(index) : nullptr;

		if (owner == nullptr)
			continue;
		ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
						errmsg("cannot drop index \"%s\"", get_rel_name(index)),
						errdetail("View \"%s\" is maintained by it.", get_rel_name(owner->view)),
						errhint("If there is another one like it, drop this one alone, and not concurrently.")));
	}
}

void
refuse_drop(DropStmt *stmt)
{
	ListCell *cell;

	if (stmt->removeType == OBJECT_INDEX)
		refuse_drop_index(stmt);
	if (stmt->removeType != OBJECT_TABLE)
		return;
	foreach (cell, stmt->objects)
		refuse_part(resolve(makeRangeVarFromNameList(lfirst_node(List, cell))), "drop");
}

/* What a view was made of: with another query behind the name it would be another view. */
void
refuse_replace_view(ViewStmt *stmt)
{
	Oid relid = stmt->replace ? resolve(stmt->view) : InvalidOid;

	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_VIEW || is_placeholder(relid))
		return;
	for (const View *reader : all_views())
	{
		if (reader->definition == relid || !reads_plain_view(reader->definition, relid))
			continue;
		ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
						errmsg("cannot replace view \"%s\"", get_rel_name(relid)),
						errdetail("View \"%s\" is kept by its query.", get_rel_name(reader->view)),
						errhint("Drop that view, and make it anew afterwards.")));
	}
}

void
refuse_set_schema(AlterObjectSchemaStmt *stmt)
{
	refuse_definition(stmt->relation);
	refuse_part(resolve(stmt->relation), "alter");
}

} // namespace

void
refuse_statement(Node *parsetree)
{
	if (parsetree == nullptr)
		return;
	switch (nodeTag(parsetree))
	{
	case T_AlterTableStmt:
		refuse_alter(reinterpret_cast<AlterTableStmt *>(parsetree));
		break;
	case T_RenameStmt:
		refuse_rename(reinterpret_cast<RenameStmt *>(parsetree));
		break;
	case T_AlterObjectSchemaStmt:
		refuse_set_schema(reinterpret_cast<AlterObjectSchemaStmt *>(parsetree));
		break;
	case T_DropStmt:
		refuse_drop(reinterpret_cast<DropStmt *>(parsetree));
		break;
	case T_ViewStmt:
		refuse_replace_view(reinterpret_cast<ViewStmt *>(parsetree));
		break;
	case T_CreateTrigStmt:
		refuse_trigger(reinterpret_cast<CreateTrigStmt *>(parsetree));
		break;
	default:
		break;
	}
}

Oid
relation_whose_shape_changes(Node *parsetree)
{
	Oid relid = InvalidOid;

	if (parsetree == nullptr)
		return InvalidOid;
	if (IsA(parsetree, AlterTableStmt))
		relid = resolve(reinterpret_cast<AlterTableStmt *>(parsetree)->relation);
	else if (IsA(parsetree, DropStmt))
	{
		DropStmt *stmt = reinterpret_cast<DropStmt *>(parsetree);

		if (stmt->removeType != OBJECT_INDEX || list_length(stmt->objects) != 1)
			return InvalidOid;
		Oid index = resolve(makeRangeVarFromNameList(static_cast<List *>(linitial(stmt->objects))));
		if (OidIsValid(index) && get_rel_relkind(index) == RELKIND_INDEX)
			relid = IndexGetRelation(index, true);
	}
	return is_ours(relid) ? relid : InvalidOid;
}

Oid
view_whose_parts_follow(Node *parsetree)
{
	Oid relid = InvalidOid;
	ListCell *cell;

	if (parsetree == nullptr)
		return InvalidOid;
	if (IsA(parsetree, RenameStmt) && reinterpret_cast<RenameStmt *>(parsetree)->renameType == OBJECT_TABLE)
		relid = resolve(reinterpret_cast<RenameStmt *>(parsetree)->relation);
	else if (IsA(parsetree, AlterObjectSchemaStmt))
		relid = resolve(reinterpret_cast<AlterObjectSchemaStmt *>(parsetree)->relation);
	else if (IsA(parsetree, AlterTableStmt))
	{
		foreach (cell, reinterpret_cast<AlterTableStmt *>(parsetree)->cmds)
		{
			if (lfirst_node(AlterTableCmd, cell)->subtype == AT_ChangeOwner)
				relid = resolve(reinterpret_cast<AlterTableStmt *>(parsetree)->relation);
		}
	}
	return OidIsValid(relid) && view(relid) != nullptr ? relid : InvalidOid;
}

Oid
relation_computed_anew(Node *parsetree)
{
	ListCell *cell;

	if (parsetree != nullptr && IsA(parsetree, RefreshMatViewStmt))
		return resolve(reinterpret_cast<RefreshMatViewStmt *>(parsetree)->relation);
	if (parsetree == nullptr || !IsA(parsetree, AlterTableStmt))
		return InvalidOid;
	foreach (cell, reinterpret_cast<AlterTableStmt *>(parsetree)->cmds)
	{
		if (pg::sets_expression(lfirst_node(AlterTableCmd, cell)->subtype))
			return resolve(reinterpret_cast<AlterTableStmt *>(parsetree)->relation);
	}
	return InvalidOid;
}

Oid
relation_whose_columns_change(Node *parsetree)
{
	ListCell *cell;

	if (parsetree != nullptr && IsA(parsetree, RenameStmt) &&
		(reinterpret_cast<RenameStmt *>(parsetree)->renameType == OBJECT_COLUMN ||
		 reinterpret_cast<RenameStmt *>(parsetree)->renameType == OBJECT_ATTRIBUTE))
		return resolve(reinterpret_cast<RenameStmt *>(parsetree)->relation);
	if (parsetree == nullptr || !IsA(parsetree, AlterTableStmt))
		return InvalidOid;
	foreach (cell, reinterpret_cast<AlterTableStmt *>(parsetree)->cmds)
	{
		if (changes_columns(lfirst_node(AlterTableCmd, cell)->subtype))
			return resolve(reinterpret_cast<AlterTableStmt *>(parsetree)->relation);
	}
	return InvalidOid;
}

DropBehavior
drop_behavior(Node *parsetree)
{
	if (parsetree != nullptr && IsA(parsetree, DropStmt))
		return reinterpret_cast<DropStmt *>(parsetree)->behavior;
	if (parsetree != nullptr && IsA(parsetree, DropOwnedStmt))
		return reinterpret_cast<DropOwnedStmt *>(parsetree)->behavior;
	return DROP_CASCADE;
}

} // namespace dv::catalog

/* The pure parts of the sink's client: net effect, protocol, positions, addresses, pauses. */
#include "sink/client/backoff.hpp"
#include "sink/client/batch.hpp"
#include "sink/client/document.hpp"
#include "sink/client/failure.hpp"
#include "sink/client/lsn.hpp"
#include "sink/client/protocol.hpp"
#include "sink/client/uri.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace dv::test {
namespace {

using namespace std::string_literals;
using sink::Batch;
using sink::Kind;

/* {_id: id, v: value}, of int32. */
std::string
document(int id, int value)
{
	std::string bytes = "\x15\0\0\0\x10_id\0\0\0\0\0\x10v\0\0\0\0\0\0"s;

	bytes[9] = static_cast<char>(id);
	bytes[16] = static_cast<char>(value);
	return bytes;
}

std::string
id(int number)
{
	std::string bytes = "\x10_id\0\0\0\0\0"s;

	bytes[5] = static_cast<char>(number);
	return bytes;
}

std::string
network(std::uint64_t number, int size)
{
	std::string bytes;

	for (int i = size - 1; i >= 0; i--)
		bytes += static_cast<char>(number >> (8 * i) & 0xff);
	return bytes;
}

std::string
replicated(char kind, sink::Lsn lsn, const std::string &payload)
{
	return 'w' + network(1, 8) + network(2, 8) + network(3, 8) + kind + network(lsn, 8) + payload;
}

TEST(SinkLsn, TextAndBack)
{
	EXPECT_EQ(sink::lsn_text(0x1600000abULL), "1/600000AB");
	EXPECT_EQ(sink::parse_lsn("1/600000AB"), 0x1600000abULL);
	EXPECT_EQ(sink::parse_lsn("0/0"), 0u);
	EXPECT_EQ(sink::parse_lsn("1/6x"), 0u);
	EXPECT_EQ(sink::parse_lsn(""), 0u);
}

TEST(SinkDocument, IdIsTheFirstElement)
{
	EXPECT_EQ(sink::id_of(document(5, 1)), id(5));
	EXPECT_EQ(sink::id_document(id(5)), "\x0e\0\0\0\x10_id\0\x05\0\0\0\0"s);
	EXPECT_TRUE(sink::id_of("\x05\0\0\0\0"s).empty());
	EXPECT_TRUE(sink::id_of(document(5, 1).substr(0, 10)).empty());
	EXPECT_TRUE(sink::id_of("").empty());
}

TEST(SinkDocument, IdsOfEachType)
{
	for (const std::string &value :
		 {"\x02_id\0\x03\0\0\0ab\0"s, "\x03_id\0\x05\0\0\0\0"s, "\x05_id\0\x02\0\0\0\0xy"s, "\x08_id\0\x01"s,
		  "\x0a_id\0"s, "\x12_id\0"s + std::string(8, 'x'), "\x13_id\0"s + std::string(16, 'x')})
		EXPECT_EQ(sink::id_of(sink::id_document(value)), value);
}

TEST(SinkDocument, AMemberIsTakenOut)
{
	EXPECT_EQ(sink::without_member(document(5, 1), "v"), sink::id_document(id(5)));
	EXPECT_EQ(sink::without_member(document(5, 1), "w"), document(5, 1));
}

TEST(SinkBatch, TheLastOperationOfADocumentCounts)
{
	Batch batch;
	batch.begin(10, 1000);
	batch.put(document(1, 1));
	batch.put(document(1, 2));
	batch.put(document(2, 1));
	batch.remove(id(2));
	batch.remove(id(3));
	batch.put(document(3, 1));
	batch.end(11);
	ASSERT_EQ(batch.operations().size(), 3u);
	EXPECT_EQ(batch.operations().at(id(1)).document, document(1, 2));
	EXPECT_TRUE(batch.operations().at(id(2)).document.empty());
	EXPECT_EQ(batch.operations().at(id(3)).document, document(3, 1));
	EXPECT_EQ(batch.changes(), 6);
}

TEST(SinkBatch, ALaterTransactionGoesOnTop)
{
	Batch first;
	Batch second;
	first.begin(10, 1000);
	first.put(document(1, 1));
	first.put(document(2, 1));
	first.end(11);
	second.begin(20, 2000);
	second.put(document(1, 2));
	second.remove(id(2));
	second.end(21);
	first.append(std::move(second));
	EXPECT_EQ(first.operations().at(id(1)).document, document(1, 2));
	EXPECT_EQ(first.operations().at(id(1)).lsn, 20u);
	EXPECT_TRUE(first.operations().at(id(2)).document.empty());
	EXPECT_EQ(first.end(), 21u);
	EXPECT_EQ(first.first_commit_time(), 1000);
	EXPECT_EQ(first.commit_time(), 2000);
	EXPECT_TRUE(second.empty());
}

TEST(SinkBatch, WhatIsFreshWasNotThereBefore)
{
	Batch first;
	Batch second;
	first.begin(10, 1000);
	first.put(document(1, 1), true);
	first.remove(id(1));
	first.remove(id(2));
	first.put(document(2, 1), true);
	first.put(document(3, 1), true);
	first.put(document(4, 1));
	first.end(11);
	second.begin(20, 2000);
	second.put(document(3, 2));
	second.put(document(4, 2), true);
	second.put(document(5, 1), true);
	second.put(document(6, 1));
	second.end(21);
	first.append(std::move(second));
	for (int fresh : {1, 3, 5})
		EXPECT_TRUE(first.operations().at(id(fresh)).fresh) << fresh;
	for (int changed : {2, 4, 6})
		EXPECT_FALSE(first.operations().at(id(changed)).fresh) << changed;
	EXPECT_TRUE(first.operations().at(id(1)).document.empty());
	EXPECT_EQ(first.operations().at(id(3)).document, document(3, 2));
}

TEST(SinkBatch, AllDocumentsGoFirst)
{
	Batch first;
	Batch second;
	first.begin(10, 1000);
	first.put(document(1, 1));
	first.end(11);
	second.begin(20, 2000);
	second.put(document(2, 1));
	second.remove_all();
	second.put(document(3, 1));
	second.end(21);
	first.append(std::move(second));
	EXPECT_TRUE(first.clears());
	ASSERT_EQ(first.operations().size(), 1u);
	EXPECT_EQ(first.operations().begin()->first, id(3));
}

TEST(SinkBatch, APartIsTakenOutOfATransaction)
{
	Batch batch;
	batch.begin(10, 1000);
	batch.put(document(1, 1));
	Batch part = batch.part();
	EXPECT_EQ(part.operations().size(), 1u);
	EXPECT_EQ(part.end(), 0u);
	EXPECT_EQ(batch.bytes(), 0u);
	batch.put(document(2, 1));
	EXPECT_EQ(batch.operations().at(id(2)).lsn, 10u);
}

TEST(SinkBatch, AnUnfitRowTakesItsDocumentAway)
{
	Batch batch;
	batch.begin(10, 1000);
	batch.put(document(1, 1));
	batch.put(document(2, 1));
	batch.set_aside(document(1, 7));
	batch.refuse(id(2), "why");
	EXPECT_TRUE(batch.operations().at(id(1)).document.empty());
	EXPECT_TRUE(batch.operations().at(id(2)).document.empty());
	ASSERT_EQ(batch.unfit().size(), 2u);
	EXPECT_EQ(batch.unfit()[1].description, "why");
}

TEST(SinkBatch, ADocumentNeedsAnId)
{
	Batch batch;
	batch.begin(10, 1000);
	EXPECT_THROW(batch.put("\x05\0\0\0\0"s), sink::Failure);
	EXPECT_THROW(batch.remove(""), sink::Failure);
}

TEST(SinkProtocol, Changes)
{
	std::string bytes = replicated('B', 77, network(123456, 8) + network(9, 4));
	sink::Message message = sink::parse_message(bytes);
	EXPECT_EQ(message.kind, Kind::begin);
	EXPECT_EQ(message.lsn, 77u);
	EXPECT_EQ(message.commit_time, 123456);

	bytes = replicated('P', 78, document(1, 2));
	message = sink::parse_message(bytes);
	EXPECT_EQ(message.kind, Kind::put);
	EXPECT_EQ(message.document, document(1, 2));

	EXPECT_EQ(sink::parse_message(replicated('I', 79, document(1, 2))).kind, Kind::insert);

	message = sink::parse_message(replicated('C', 80, ""));
	EXPECT_EQ(message.kind, Kind::commit);
	EXPECT_EQ(message.lsn, 80u);
}

TEST(SinkProtocol, Keepalive)
{
	sink::Message message = sink::parse_message('k' + network(99, 8) + network(1, 8) + '\1');
	EXPECT_EQ(message.kind, Kind::keepalive);
	EXPECT_EQ(message.lsn, 99u);
	EXPECT_TRUE(message.reply_wanted);
}

TEST(SinkProtocol, WhatIsNoMessage)
{
	for (const std::string &bytes :
		 {""s, "w"s, "x"s, 'k' + network(99, 8), replicated('?', 1, ""), replicated('B', 1, "")})
		EXPECT_THROW(sink::parse_message(bytes), sink::Failure);
}

TEST(SinkProtocol, Status)
{
	std::string update = sink::status_update(9, 8, true);
	ASSERT_EQ(update.size(), 34u);
	EXPECT_EQ(update.substr(0, 25), 'r' + network(9, 8) + network(8, 8) + network(8, 8));
	EXPECT_EQ(update[33], 1);
}

TEST(SinkProtocol, CopiedRows)
{
	std::string header = "PGCOPY\n\xff\r\n\0"s + network(0, 4) + network(0, 4);
	std::string row = network(1, 2) + network(1 + document(1, 1).size(), 4) + 'P' + document(1, 1);
	std::string first = header + row;
	ASSERT_TRUE(sink::parse_copied(first, true));
	EXPECT_EQ(sink::parse_copied(first, true)->document, document(1, 1));
	EXPECT_TRUE(sink::parse_copied(row, false)->fit);
	row[6] = 'E';
	EXPECT_FALSE(sink::parse_copied(row, false)->fit);
	EXPECT_FALSE(sink::parse_copied(network(0xffff, 2), false));
	EXPECT_THROW(sink::parse_copied(network(1, 2) + network(0xffffffff, 4), false), sink::Failure);
}

TEST(SinkUri, IsPutTogether)
{
	sink::Address address;
	address.uri = "mongodb://a,b:27018/?replicaSet=rs0&tls=false";
	address.user = "u@x";
	address.password = "p:/w";
	address.auth_source = "admin";
	address.options = {{"tls", "true"}, {"tlsCAFile", "/etc/ca.pem"}, {"appName", ""}};
	EXPECT_EQ(
		sink::connection_uri(address),
		"mongodb://u%40x:p%3A%2Fw@a,b:27018/?replicaSet=rs0&tls=false&authSource=admin&tlsCAFile=%2Fetc%2Fca.pem");

	sink::Address plain;
	plain.uri = "mongodb+srv://h";
	EXPECT_EQ(sink::connection_uri(plain), "mongodb+srv://h/");
	plain.options = {{"tls", "true"}};
	EXPECT_EQ(sink::connection_uri(plain), "mongodb+srv://h/?tls=true");
}

TEST(SinkUri, HasNoUserOfItsOwn)
{
	sink::Address address;
	address.uri = "mongodb://u:p@h";
	EXPECT_THROW(sink::connection_uri(address), sink::Failure);
	address.uri = "h:27017";
	EXPECT_THROW(sink::connection_uri(address), sink::Failure);
}

TEST(SinkUri, SecretsAreScrubbed)
{
	EXPECT_EQ(sink::scrub("no: mongodb://u:p%3Aw@h, p:w, p:w", {"p:w", ""}), "no: mongodb://u:***@h, ***, ***");
}

TEST(SinkBackoff, GrowsToItsLimit)
{
	sink::Backoff backoff(100, 30000, 1);
	int longest = 0;
	int limit = 100;
	for (int i = 0; i < 200; i++)
	{
		int pause = backoff.next();
		EXPECT_GE(pause, 1);
		EXPECT_LE(pause, limit);
		limit = std::min(limit * 2, 30000);
		longest = std::max(longest, pause);
	}
	EXPECT_GT(longest, 15000);
	backoff.reset();
	EXPECT_LE(backoff.next(), 100);
}

} // namespace
} // namespace dv::test

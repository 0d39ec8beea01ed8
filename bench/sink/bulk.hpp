#pragma once

#include <string>

enum class Way { insert, replace };

/*
 * Writes the documents of one collection into another, by bulk operations of so many documents from so many
 * connections, as mongoimport does; returns documents per second, reading not counted.
 */
double plain_bulk(const std::string &uri, const std::string &database, const std::string &from, const std::string &to,
				  Way way, int connections, int batch);

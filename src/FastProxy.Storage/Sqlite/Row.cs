using System.Collections.Immutable;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using Microsoft.Data.Sqlite;

namespace FastProxy.Storage.Sqlite;

/// <summary>The row a reader stands on, its columns by name.</summary>
internal readonly struct Row
{
    private readonly SqliteDataReader _reader;

    public Row(SqliteDataReader reader)
    {
        _reader = reader;
    }

    public string Text(string column) => _reader.GetString(_reader.GetOrdinal(column));

    public string? TextOrNull(string column)
    {
        var ordinal = _reader.GetOrdinal(column);
        return _reader.IsDBNull(ordinal) ? null : _reader.GetString(ordinal);
    }

    public long Number(string column) => _reader.GetInt64(_reader.GetOrdinal(column));

    public long? NumberOrNull(string column)
    {
        var ordinal = _reader.GetOrdinal(column);
        return _reader.IsDBNull(ordinal) ? null : _reader.GetInt64(ordinal);
    }

    public Guid Id(string column) => Guid.ParseExact(Text(column), "D");

    public Guid? IdOrNull(string column) => TextOrNull(column) is { } text ? Guid.ParseExact(text, "D") : null;

    public DateTimeOffset Time(string column) => ColumnText.ToTime(Text(column));

    public DateTimeOffset? TimeOrNull(string column) => TextOrNull(column) is { } text ? ColumnText.ToTime(text) : null;

    public TimeSpan? DurationOrNull(string column) => TextOrNull(column) is { } text ? ColumnText.ToDuration(text) : null;

    public ImmutableArray<Rule> Rules(string column) => ColumnText.ToRules(Text(column));

    public SecretHash? HashOrNull(string column)
    {
        var ordinal = _reader.GetOrdinal(column);
        return _reader.IsDBNull(ordinal) ? null
            : SecretHash.TryFromBytes(_reader.GetFieldValue<byte[]>(ordinal), out var hash) ? hash
            : throw new FormatException("a hash does not have its length");
    }
}

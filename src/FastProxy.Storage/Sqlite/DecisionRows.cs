using System.Net;
using FastProxy.Access.Decisions;
using Microsoft.Data.Sqlite;

namespace FastProxy.Storage.Sqlite;

/// <summary>Decisions to rows and back.</summary>
internal static class DecisionRows
{
    // Texts that a stranger chooses are cut: a log must not grow by what is sent to it.
    private const int MaximumText = 512;

    private static readonly string[] s_columns =
    [
        "time", "request_id", "allowed", "reason", "application_id", "application_name", "domain", "token_id", "client_id", "token_name",
        "address", "policy_id", "destination", "user_agent", "bytes_up", "bytes_down", "duration_ms",
    ];

    /// <summary>Writes a batch; call within a transaction.</summary>
    public static void Insert(SqliteDatabase database, List<DecisionRecord> batch)
    {
        using var command = database.Command(
            $"INSERT INTO decisions ({string.Join(", ", s_columns)}) VALUES ({string.Join(", ", s_columns.Select(column => "$" + column))})");
        foreach (var column in s_columns)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = "$" + column });
        }

        foreach (var record in batch)
        {
            object?[] values =
            [
                ColumnText.Of(record.Time), Cut(record.RequestId), record.Allowed ? 1 : 0, record.Reason, IdText(record.ApplicationId),
                record.ApplicationName, Cut(record.Domain), IdText(record.TokenId), Cut(record.ClientId), record.TokenName,
                record.Address?.ToString(), IdText(record.PolicyId), Cut(record.Destination), Cut(record.UserAgent),
                record.BytesUp, record.BytesDown, record.Duration is { } duration ? (long)duration.TotalMilliseconds : null,
            ];
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }
    }

    /// <summary>Deletes the oldest rows beyond a count, a bounded number at once; call within a transaction.</summary>
    /// <param name="database">The database.</param>
    /// <param name="keep">How many of the newest stay.</param>
    /// <param name="most">How many to delete at most.</param>
    public static void Trim(SqliteDatabase database, int keep, int most) =>

        // Ids rise by one and only the lowest are ever deleted, so their distance is their number and nothing is counted.
        database.Execute(
            """
            DELETE FROM decisions WHERE id <= MIN(
                (SELECT MAX(id) FROM decisions) - $keep,
                (SELECT MIN(id) FROM decisions) + $most - 1)
            """,
            ("$keep", keep),
            ("$most", most));

    /// <summary>The newest records first.</summary>
    public static List<DecisionRecord> Read(SqliteDatabase database, int limit, bool deniedOnly)
    {
        var records = new List<DecisionRecord>();
        using var command = database.Command(
            $"SELECT * FROM decisions {(deniedOnly ? "WHERE allowed = 0" : "")} ORDER BY id DESC LIMIT $limit");
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            records.Add(Read(new Row(reader)));
        }

        return records;
    }

    private static DecisionRecord Read(Row row) => new()
    {
        Time = row.Time("time"),
        RequestId = row.Text("request_id"),
        Allowed = row.Number("allowed") != 0,
        Reason = row.Text("reason"),
        ApplicationId = row.IdOrNull("application_id"),
        ApplicationName = row.TextOrNull("application_name"),
        Domain = row.TextOrNull("domain"),
        TokenId = row.IdOrNull("token_id"),
        ClientId = row.TextOrNull("client_id"),
        TokenName = row.TextOrNull("token_name"),
        Address = row.TextOrNull("address") is { } address ? IPAddress.Parse(address) : null,
        PolicyId = row.IdOrNull("policy_id"),
        Destination = row.TextOrNull("destination"),
        UserAgent = row.TextOrNull("user_agent"),
        BytesUp = row.NumberOrNull("bytes_up"),
        BytesDown = row.NumberOrNull("bytes_down"),
        Duration = row.NumberOrNull("duration_ms") is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
    };

    private static string? IdText(Guid? id) => id is { } value ? ColumnText.Of(value) : null;

    private static string? Cut(string? text) => text?.Length > MaximumText ? text[..MaximumText] : text;
}

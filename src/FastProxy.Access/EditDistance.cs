namespace FastProxy.Access;

/// <summary>How many single-character insertions, deletions and replacements (Levenshtein) part two words.</summary>
public static class EditDistance
{
    /// <summary>The candidate nearest to <paramref name="word"/>; null where each differs in more than half of the letters of the longer word.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        string? nearest = null;
        var best = int.MaxValue;
        foreach (var candidate in candidates)
        {
            // One that is too far is none, even where it is nearer than a longer one that is near enough for its length.
            var distance = Between(word, candidate);
            if (distance < best && distance * 2 <= Math.Max(word.Length, candidate.Length))
            {
                (best, nearest) = (distance, candidate);
            }
        }
        return nearest;
    }

    /// <summary>The distance between two words, ignoring case.</summary>
    public static int Between(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);

        // One row of the classic table: row[j] is the distance between the first i letters of a and the first j of b.
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}

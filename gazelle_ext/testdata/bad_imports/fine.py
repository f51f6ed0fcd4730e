import a.twice

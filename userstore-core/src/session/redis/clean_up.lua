-- Removes from a user's index what is over. Gives the hashes of that.
return read(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]).over

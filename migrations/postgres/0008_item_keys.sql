-- Keys of single things within calls that make many, for 24 hours: what was made under each. Keys are hashes, so a call
-- touches as many pages as it has keys; hence narrow rows and no second index. made_at: seconds since 1970.

CREATE TABLE item_keys (
    user_id  BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key_hash BYTEA  NOT NULL,
    item_id  BIGINT NOT NULL,
    made_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_hash)
);

-- camel.lua: names in C for those who write them so: shopOrder_unitPrice().
--
--     ormgen generate --names camel.lua blog.yaml
--
-- The kind is "model", "field" or "relation".  What is returned becomes the name in C; names in
-- SQL stay as they are.

local kind, model, name = ...
return (name:gsub("_(%l)", string.upper))

"""The API's contract as data: one file for each room, put together into one OpenAPI 3.1 document."""

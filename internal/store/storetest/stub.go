package storetest

var updateTests, versionTests, claimTests, raceTests, historyTests, changeTests, searchTests, pagingTests, includeTests, lifecycleTests []contractTest

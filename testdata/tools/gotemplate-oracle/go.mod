module portcullis.test/tools/gotemplate-oracle

go 1.26

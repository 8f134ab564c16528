"""The standard catalogue (基层政务公开标准目录): its workbooks, its items, and what of them must be found on the columns."""

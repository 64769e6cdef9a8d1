import { join } from 'node:path';
import { codeOf } from '../model/error.ts';
import { folderOf, groupPathsOf, readHierarchies } from './cgroup-layout.ts';
